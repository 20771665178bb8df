import * as fc from "fast-check";
import { seedId } from "../client/client.fixture.ts";
import { hostileText } from "../local/index.ts";

/** Field names and values that answers are made of, so that the random ones come near to real ones. */
const words = fc.constantFrom(
  "code",
  "message",
  "data",
  "job_id",
  "status",
  "timeline",
  "access_token",
  "expires_in",
  "framework_config",
  "envs",
  "node_count",
  "running_time_ms",
  "sub_msg",
  "toString",
  "constructor",
  "__proto__",
  "then",
  "toJSON",
);
const values = fc.oneof(
  fc.constantFrom(0, -1, 429, 500, "0", null, "", seedId, "job_running", "job_succeeded", "604800"),
  fc.constant(hostileText),
  fc.double(),
  fc.string({ unit: "binary" }),
);
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5 },
    values,
    fc.array(tie("tree"), { maxLength: 3 }),
    fc
      .array(fc.tuple(fc.oneof(words, fc.string()), tie("tree")), { maxLength: 6 })
      .map(toObjectText),
  ),
}));

/** JSON of an object, by hand: an object of the language would lose `__proto__` and double keys. */
class JsonText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

function toObjectText(entries: [string, unknown][]): JsonText {
  return new JsonText(
    `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${toText(value)}`).join()}}`,
  );
}

function toText(value: unknown): string {
  if (value instanceof JsonText) return value.text;
  if (Array.isArray(value)) return `[${value.map(toText).join()}]`;
  return JSON.stringify(value) ?? "null";
}

/** JSON of any kind. */
export const json = tree.map(toText);
/** JSON of any kind in the envelope of success. */
export const enveloped = json.map((text) => `{"code":0,"message":"success","data":${text}}`);
/** An envelope of success whose data has the fields that matter, and others of any kind. */
export const nearlyRight = fc.array(fc.tuple(words, tree), { maxLength: 4 }).map((entries) => {
  const known: [string, unknown][] = [
    ["job_id", seedId],
    ["access_token", "some.token"],
  ];
  return `{"code":0,"data":${toObjectText([...entries, ...known]).text}}`;
});
const bytes = fc.uint8Array({ maxLength: 200 });
const cutOff = fc
  .tuple(enveloped, fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([text, part]) => text.slice(0, Math.floor(text.length * part)));
/** Bodies of any kind. */
export const bodies = fc.oneof(
  json,
  enveloped,
  nearlyRight,
  bytes,
  cutOff,
  fc.string({ unit: "binary" }),
  fc.constantFrom("1e999", "[".repeat(10_000), `${"[".repeat(9_999)}${"]".repeat(9_999)}`),
);
/** Statuses of an answer: 1xx are no final answers, and 407 is a proxy's. */
export const statuses = fc.oneof(
  { weight: 2, arbitrary: fc.constant(200) },
  fc.constantFrom(201, 204, 301, 302, 400, 401, 403, 404, 408, 418, 429, 500, 502, 503, 599),
);
/** Headers that the judgement of an answer depends on. */
export const headers = fc.record(
  {
    "retry-after": fc.constantFrom(
      "1",
      "0",
      "soon",
      "-1",
      "99999999999",
      "Sun, 06 Nov 2033 08:49:37 GMT",
    ),
    "content-type": fc.constantFrom("text/html", "application/json", "x"),
    location: fc.constantFrom("/", "//x", "javascript:0"),
  },
  { requiredKeys: [] },
);
