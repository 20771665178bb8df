/** The SHA-256 of a text, in hex. */
export function sha256(text: string): string {
  // Loaded where it is first needed: most commands need none, and it takes a tenth of a start.
  const { createHash } = process.getBuiltinModule("node:crypto");
  return createHash("sha256").update(text).digest("hex");
}
