/** Codes of an error where this process, or the machine, has no file handle left: https://man7.org/linux/man-pages/man3/errno.3.html */
const NO_HANDLE = ["EMFILE", "ENFILE"];

/** The error with what to do where no file handle was left; any other error as it is. */
export function fileHandleProblem(error: unknown): unknown {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (!NO_HANDLE.includes(code)) return error;
  return new Error(
    `Too many files and connections are open (${code}). Fix: raise "ulimit -n", or take fewer "--devices"`,
  );
}
