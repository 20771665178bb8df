/** Field name to its documentation, for one interface of a source. */
export type FieldDocs = Record<string, string>;

/**
 * The TSDoc above each field of `interface <name>` in a source: one line of plain text, without
 * pointers to the platform's facts.
 * @throws the source holds no such interface, or a field has no documentation.
 */
export function readFieldDocs(source: string, name: string): FieldDocs {
  const [, body] = source.split(new RegExp(`\nexport interface ${name} (?:extends [^{]*)?\\{\n`));
  const fields = body?.split("\n}\n", 1)[0];
  if (fields === undefined) throw new Error(`no interface ${name}`);
  const docs: FieldDocs = {};
  let comment: string[] = [];
  for (const line of fields.split("\n")) {
    const field = /^ {2}([a-z_]+)\??:/.exec(line)?.[1];
    if (/^ {2}(\/\*\*| \*)/.test(line)) comment.push(line);
    if (field === undefined) continue;
    docs[field] = toPlainText(comment);
    if (docs[field] === "") throw new Error(`${name}.${field} has no documentation`);
    comment = [];
  }
  return docs;
}

function toPlainText(comment: string[]): string {
  const lines = comment.map((line) =>
    line
      .replace(/\*\/$/, "")
      .replace(/^ *(\/\*)?\*?/, "")
      .trim(),
  );
  const text = lines.join(" ");
  return text
    .replaceAll(/ *\((?:wire|page)[^)]*\)/g, "")
    .replaceAll(/\{@link ([^}]+)\}/g, "$1")
    .replaceAll("`", "")
    .trim();
}
