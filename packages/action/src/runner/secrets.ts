import { setSecret } from "@actions/core";

/** Values shorter than this are not masked: a mask of one to three characters hides half the log. */
const shortestMask = 4;

// Not *** as the core and the runner write it: an output that shows signs of a mask may be dropped.
const placeholder = "[secret]";
const foreignPlaceholder = "***";

/** Knows every secret of the run: has the runner mask them, and takes them out of texts itself. */
export type Secrets = ReturnType<typeof createSecrets>;

/** Makes an empty store of secrets. */
export function createSecrets() {
  let known: string[] = [];

  const redact = (text: string): string =>
    [...known, foreignPlaceholder].reduce((rest, each) => rest.replaceAll(each, placeholder), text);

  return {
    /** Masks a value; of one with several lines or control characters, each part that is long enough. */
    add(value: string): void {
      // The runner would mask every line of a long value, down to a lone brace. Control characters end a part, too:
      // the log shows a text without them, and a mask must not write them there.
      const lines = value.split(/\p{Cc}+/u).map((line) => line.trim());
      for (const line of lines) {
        if (line.length < shortestMask || known.includes(line)) continue;
        setSecret(line);
        // Longest first, so that a secret within another one leaves nothing of it over.
        known = [...known, line].toSorted((a, b) => b.length - a.length);
      }
    },
    /** The text with `[secret]` for every secret, for files that the runner's mask does not reach. */
    redact,
    /** A value such as a job with every text in it redacted. */
    // Texts stay texts, lists lists and objects objects: the shape is the same.
    redactAll: <Value>(value: Value) => mapTexts(value, redact) as Value,
  };
}

function mapTexts(value: unknown, map: (text: string) => string): unknown {
  if (typeof value === "string") return map(value);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, map));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapTexts(item, map)]));
}
