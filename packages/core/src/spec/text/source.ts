import { codeOf } from "../../text/error-code.ts";
import { readFileSync, statSync } from "node:fs";
import { SpecError } from "../../errors/errors.ts";
import { finding, type SpecFinding } from "../../errors/rules/spec-rules.ts";
import { excerpt } from "../../text/text.ts";
import { type ParsedText, type SpecSource, toPosition } from "./place.ts";

/** The largest spec that is read: 1 MiB. */
const maxSpecBytes = 1_048_576;

/**
 * Reads the text of a job spec.
 * @throws {SpecError} it cannot be read, is over 1 MiB, or is not UTF-8 text.
 */
export async function readSpecSource(file: string): Promise<SpecSource> {
  return toSpecSource(await readBytes(file), file);
}

/**
 * Takes bytes, such as those of stdin, as the text of a job spec.
 * @throws {SpecError} they are over 1 MiB or not UTF-8 text.
 */
export function toSpecSource(bytes: Uint8Array, name: string): SpecSource {
  if (bytes.length > maxSpecBytes) throw refuse(name, finding("file_too_large"));
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    throw refuse(name, finding("file_utf16"));
  }
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw refuse(name, finding("file_not_utf8"));
  }
  return checkSpecText({ name, text });
}

/** Refuses a text that can be no spec: it is too long, or has NUL bytes. */
export function checkSpecText(source: SpecSource): SpecSource {
  const text = source.text.replace(/^\ufeff/, "");
  if (text.length > maxSpecBytes) throw refuse(source.name, finding("file_too_large"));
  const nul = text.indexOf("\0");
  if (nul >= 0) {
    const issue = { path: [], ...finding("file_nul") };
    throw new SpecError([{ ...issue, ...toPosition(text, nul) }], source.name);
  }
  return { name: source.name, text };
}

/** Parses a text as JSON or YAML, by its file's name and its first character. */
export async function parseSpecText(source: SpecSource): Promise<ParsedText> {
  const extension = /\.(json|ya?ml)$/i.exec(source.name)?.[1]?.toLowerCase();
  const looksLikeJson = /^\s*[{[]/.test(source.text);
  if (extension === "json" || looksLikeJson) {
    const { parseJsonText } = await import("./json-text.ts");
    const json = parseJsonText(source.text);
    if (!json.broken || extension === "json") return json;
    // YAML's own {a: 1} begins like JSON.
    const yaml = await readYaml(source.text);
    return yaml.broken && extension === undefined ? json : yaml;
  }
  return readYaml(source.text);
}

// On demand, as many runs fail before: the parser costs start-up time.
async function readYaml(text: string): Promise<ParsedText> {
  const { parseYamlText } = await import("./yaml-text.ts");
  return parseYamlText(text);
}

function refuse(name: string, found: SpecFinding): SpecError {
  return new SpecError([{ path: [], ...found }], name);
}

async function readBytes(file: string): Promise<Uint8Array> {
  try {
    const stat = statSync(file);
    if (stat.isFile()) {
      if (stat.size > maxSpecBytes) throw refuse(file, finding("file_too_large"));
      // Synchronous, because the first asynchronous call starts the thread pool.
      return readFileSync(file);
    }
    // Loaded for pipes and devices only.
    const handle = await process.getBuiltinModule("node:fs/promises").open(file);
    try {
      // Bounded by hand: pipes and devices have no size.
      const chunks: Uint8Array[] = [];
      for (let bytes = 0; bytes <= maxSpecBytes; bytes += chunks.at(-1)!.length) {
        const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(65_536));
        if (bytesRead === 0) break;
        chunks.push(buffer.subarray(0, bytesRead));
      }
      return Buffer.concat(chunks);
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof SpecError) throw error;
    const reason = codeOf(error) ?? "";
    const said = excerpt(error instanceof Error ? error.message : String(error));
    throw refuse(file, finding("file_unreadable", { reason, said }));
  }
}
