/** The result could not be written to stdout, as to a disk that is full. What it tells of has happened. */
export class OutputError extends Error {
  override readonly name = "OutputError";
  /** The system's code, such as `ENOSPC`. */
  readonly reason: string;

  constructor(reason: string) {
    super(`Cannot write stdout: ${reason}.`);
    this.reason = reason;
  }
}
