/** A result could not be written, as to a disk that is full. What it tells of has happened. */
export class OutputError extends Error {
  override readonly name = "OutputError";
  /** Where to. */
  readonly target: string;
  /** The system's code, such as `ENOSPC`. */
  readonly reason: string;

  constructor(target: string, cause: unknown) {
    const reason = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
    super(`Cannot write ${target}: ${reason}.`, { cause });
    this.target = target;
    this.reason = reason;
  }
}
