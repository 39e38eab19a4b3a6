/** The message that invokes a function in its process. */
export interface Invocation {
  readonly requestId: string;
  readonly event: unknown;
  readonly functionArn: string;
  /** How long the function may take, once it has been loaded. */
  readonly timeoutMs: number;
}

/** What a function's process tells its host. */
export type Report =
  /** The function is loaded: its time runs from now on. */
  | { readonly kind: "loaded" }
  | { readonly kind: "returned"; readonly payload: unknown }
  | { readonly kind: "failed"; readonly errorType: string; readonly errorMessage: string };
