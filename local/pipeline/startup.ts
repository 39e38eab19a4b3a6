/** How far the run has started. Until it is ready, the endpoint and the broker ask clients to try again. */
export class Startup {
  #step: string | undefined = "starting";

  /** What the run is doing at the moment; undefined when it is ready. */
  get step(): string | undefined {
    return this.#step;
  }

  get isReady(): boolean {
    return this.#step === undefined;
  }

  begin(step: string): void {
    this.#step = step;
  }

  finish(): void {
    this.#step = undefined;
  }
}
