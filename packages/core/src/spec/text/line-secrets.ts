import {
  findSecrets,
  hasSecretName,
  looksSecret,
  merge,
  type Span,
} from "../../text/looks-secret.ts";

// A key of YAML or JSON with its value on the same line.
const pair = /(?<![\w-])(["']?)([A-Za-z_][\w-]*)\1\s{0,9}:(?:\s+(?=\S)|(?=["[{]))/g;
const nearLines = 2;

/**
 * The parts of a spec's line that look secret, also where its text is no YAML or JSON at all: tokens and
 * settings, and the value of a key whose name says so, on the same line or as a `name` beside its `value`.
 */
export function findLineSecrets(lines: readonly string[], index: number): Span[] {
  const line = lines[index] ?? "";
  const spans = findSecrets(line);
  for (const hit of line.matchAll(pair)) {
    const name = hit[2] ?? "";
    const start = hit.index + hit[0].length;
    const end = endOfValue(line, start);
    const text = line.slice(start, end).replaceAll(/^["']|["']$/g, "");
    const names = name === "value" ? nearNames(lines, index) : [name];
    if (names.some((each) => isSecret(each, text))) spans.push({ start, end });
  }
  return merge(spans);
}

function isSecret(name: string, text: string): boolean {
  return hasSecretName(name) && (looksSecret(name, text) || /^[[{|>]/.test(text));
}

function nearNames(lines: readonly string[], index: number): string[] {
  const near = lines.slice(Math.max(0, index - nearLines), index + nearLines + 1);
  return near.flatMap((line) => {
    return [...line.matchAll(/["']?\bname["']?\s{0,9}:\s{0,9}["']?([A-Za-z_]\w*)/g)].flatMap(
      ([, name]) => name ?? [],
    );
  });
}

/** Where a value ends on its line: after its quotes or brackets, before a comma, a bracket or a comment. */
function endOfValue(line: string, start: number): number {
  const first = line.charAt(start);
  if (first === "[" || first === "{") return line.length;
  if (first === '"' || first === "'") {
    const end = line.indexOf(first, start + 1);
    return end < 0 ? line.length : end + 1;
  }
  const [plain = ""] = /^(?:(?! #)[^,}\]])*/.exec(line.slice(start)) ?? [];
  return start + plain.trimEnd().length;
}
