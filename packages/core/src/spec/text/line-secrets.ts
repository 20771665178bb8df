import {
  findSecrets,
  hasSecretName,
  looksSecret,
  merge,
  type Span,
} from "../../text/looks-secret.ts";

// A key of YAML or JSON with its value on the same line.
const pair = /(?<![\w-])(["']?)([A-Za-z_][\w-]*)\1\s{0,9}:(?:\s+(?=\S)|(?=["[{]))/g;
const plainEnd = /[,}\]]| #/g;
const nearName = /["']?\bname["']?\s{0,9}:\s{0,9}["']?([A-Za-z_]\w*)/g;
const nearLines = 2;

/**
 * The parts of a spec's line that look secret, also where its text is no YAML or JSON at all: tokens and
 * settings, and the value of a key whose name says so, on the same line or as a `name` beside its `value`.
 */
export function findLineSecrets(lines: readonly string[], index: number): Span[] {
  const line = lines[index] ?? "";
  const spans = findSecrets(line);
  const nameOfValue = nearSecretName(lines, index);
  let hiddenTo = 0;
  for (const hit of line.matchAll(pair)) {
    const name = hit[2] === "value" ? nameOfValue : hit[2];
    const start = hit.index + hit[0].length;
    // Hidden parts are not read again, so that many keys on a line cost no more than one.
    if (start < hiddenTo || name === undefined || !hasSecretName(name)) continue;
    const end = endOfValue(line, start);
    const text = line.slice(start, end).replaceAll(/^["']|["']$/g, "");
    if (!looksSecret(name, text) && !/^[[{|>]/.test(text)) continue;
    spans.push({ start, end });
    hiddenTo = end;
  }
  return merge(spans);
}

/** The name of a secret on a line near by, whose value may stand on this one. */
function nearSecretName(lines: readonly string[], index: number): string | undefined {
  const near = lines.slice(Math.max(0, index - nearLines), index + nearLines + 1);
  const names = near.flatMap((line) => [...line.matchAll(nearName)].map(([, name = ""]) => name));
  const secret = names.filter(hasSecretName);
  // More is hidden of a password than of a key.
  return secret.find((name) => looksSecret(name, "word")) ?? secret[0];
}

/** Where a value ends on its line: after its quotes or brackets, before a comma, a bracket or a comment. */
function endOfValue(line: string, start: number): number {
  const first = line.charAt(start);
  if (first === "[" || first === "{") return line.length;
  if (first === '"' || first === "'") {
    const end = line.indexOf(first, start + 1);
    return end < 0 ? line.length : end + 1;
  }
  plainEnd.lastIndex = start;
  const end = plainEnd.exec(line)?.index ?? line.length;
  return start + line.slice(start, end).trimEnd().length;
}
