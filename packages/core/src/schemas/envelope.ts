/**
 * What an answer's JSON says, once its wrapping is off. The platform wraps every answer in
 * `{code, message, data}` (wire-facts 0.1); the page shows the bare object. Both are read.
 */
export type Opened =
  | { ok: true; data: unknown }
  | { ok: false; code: number | undefined; message: string };

/** Takes the wrapping off a parsed JSON body. Success is `code === 0`; a body without `code` is bare. */
export function openEnvelope(body: unknown): Opened {
  if (typeof body === "string") return { ok: false, code: undefined, message: body };
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    return { ok: false, code: undefined, message: "" };
  }
  if (!("code" in body)) return { ok: true, data: body };
  const code = toCode(body.code);
  if (code === 0) return { ok: true, data: "data" in body ? (body.data ?? {}) : {} };
  return { ok: false, code, message: readMessage(body) };
}

/** The words of an error, also of one in another platform's shape; empty where there are none. */
export function readMessage(body: unknown): string {
  if (typeof body !== "object" || body === null) return "";
  for (const key of ["message", "error_description", "error_msg", "error", "msg"]) {
    const words: unknown = Object.hasOwn(body, key) ? Reflect.get(body, key) : undefined;
    if (typeof words === "string" && words !== "") return words;
    if (typeof words === "object" && words !== null) return JSON.stringify(words);
  }
  return "";
}

function toCode(code: unknown): number | undefined {
  const value = typeof code === "string" && code.trim() !== "" ? Number(code) : code;
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}
