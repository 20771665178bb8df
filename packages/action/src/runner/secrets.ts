import { setSecret } from "@actions/core";
import type { SpecPath } from "@qizhi/core/internal";
import {
  classifyStatus,
  isJobId,
  mapTexts,
  Secrets as Known,
  uuidPattern,
} from "@qizhi/core/internal";

/** Values shorter than this are not masked: a mask of one to three characters hides half the log. */
const shortestMask = 4;

// Not *** as the core and the runner write it: an output that shows signs of a mask may be dropped.
const placeholder = "[secret]";
const foreignPlaceholder = "***";

/** Knows every secret of the run: has the runner mask them, and takes them out of texts itself. */
export type Secrets = ReturnType<typeof createSecrets>;

export function createSecrets() {
  /** Finds them also as JSON, a URL or base64 writes them. */
  const known = new Known();
  let masked: string[] = [];

  const redact = (text: string): string =>
    known.hide(text).replaceAll(foreignPlaceholder, placeholder);

  return {
    /** All of them, for the client: the platform's words are cut there, and a part of one would not be found. */
    known,
    /** Masks a value; of one with several lines or control characters, each part that is long enough. */
    add(value: string): void {
      known.add(value);
      // The runner would mask every line of a long value, down to a lone brace. Control characters end a part, too:
      // the log shows a text without them, and a mask must not write them there.
      const lines = value.split(/\p{Cc}+/u).map((line) => line.trim());
      for (const line of lines) {
        if (line.length < shortestMask || masked.includes(line)) continue;
        setSecret(line);
        known.add(line);
        // Longest first, so that a secret within another one leaves nothing of it over.
        masked = [...masked, line].toSorted((a, b) => b.length - a.length);
      }
    },
    /** The text with `[secret]` for every secret, for files that the runner's mask does not reach. */
    redact,
    /** {@link redact} of a page whose texts are redacted: none of it is read as JSON, a URL or HTML, as a page may be all. */
    redactPage: (page: string): string =>
      [...masked, foreignPlaceholder].reduce(
        (rest, each) => rest.replaceAll(each, placeholder),
        page,
      ),
    /** A value such as a job with every text in it redacted, but for what the step acts on. */
    // Texts stay texts, lists lists and objects objects: the shape is the same.
    redactAll: <Value>(value: Value) =>
      mapTexts(value, [], (text, path) => (isDecisive(path, text) ? text : redact(text))) as Value,
  };
}

const word = /^[a-z_:-]{1,40}$/;
const uuid = new RegExp(`^${uuidPattern}$`);
const mark = /^[\w.:-]{1,255}$/;
const decisive: Readonly<Record<string, RegExp>> = {
  kind: word,
  result: word,
  outcome: word,
  phase: word,
  state: word,
  id: uuid,
  attempt: uuid,
  fingerprint: /^[\da-f]{26,64}$/,
  sweep: mark,
  time: /^[\dTZ:.-]{20,30}$/,
  platform: /^https?:\/\/[\w.:[\]/-]{1,255}$/,
  host: mark,
  started: mark,
};

/** Whether the step acts on a text, which stays whole even if a secret is a part of it, such as `1111` of an id. */
function isDecisive(path: SpecPath, text: string): boolean {
  // An entry of a list counts as its list.
  const key = path.findLast((each) => typeof each === "string") ?? "";
  if (key === "job_id" || key === "jobId") return isJobId(text);
  if (key === "status") return classifyStatus(text).phase !== "unknown";
  return decisive[key]?.test(text) ?? false;
}
