/** What an invocation came to: the handler's value, or what Lambda reports as its error. */
export type InvokeResult =
  | { readonly ok: true; readonly payload: unknown }
  | { readonly ok: false; readonly errorType: string; readonly errorMessage: string };

/** The result of an invocation that has been run. */
export type InvocationResult = InvokeResult & { readonly requestId: string };
