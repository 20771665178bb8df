import type { BrokenAnswerRule, JsonProblem } from "../errors/rules/answer-rules.ts";
import { excerpt } from "../text/text.ts";
import { readTitle } from "../text/markup.ts";
import type { Secrets } from "./secrets.ts";

const deepest = 64;

/**
 * Reads untrusted JSON. `null` members are dropped: on this wire absent and null are alike
 * (wire 2.2). Refused: a `__proto__` key, numbers that overflow, nesting over 64 levels.
 */
export function readJson(
  text: string,
): { ok: true; value: unknown } | { ok: false; problem: JsonProblem } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, problem: "cut_off" };
  }
  try {
    return { ok: true, value: dropNulls(value, 0) };
  } catch (error) {
    if (error instanceof JsonRefusal) return { ok: false, problem: error.problem };
    throw error;
  }
}

class JsonRefusal extends Error {
  override readonly name = "JsonRefusal";
  readonly problem: JsonProblem;

  constructor(problem: JsonProblem) {
    super(problem);
    this.problem = problem;
  }
}

function dropNulls(value: unknown, depth: number): unknown {
  if (value === Infinity || value === -Infinity) throw new JsonRefusal("number_too_large");
  if (!isHolder(value)) return value;
  if (depth >= deepest) throw new JsonRefusal("too_deep");
  return Array.isArray(value) ? dropInArray(value, depth) : dropInObject(value, depth);
}

function isHolder(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function dropInArray(array: unknown[], depth: number): unknown[] {
  let kept = 0;
  for (const member of array) {
    if (member !== null) array[kept++] = dropNulls(member, depth + 1);
  }
  if (kept < array.length) array.length = kept;
  return array;
}

function dropInObject(object: Record<string, unknown>, depth: number): Record<string, unknown> {
  let hasNull = false;
  // Not Object.keys or entries, which double the time of a read.
  for (const key in object) {
    if (key === "__proto__") throw new JsonRefusal("prototype_key");
    const member = object[key];
    if (member === null) hasNull = true;
    else if (typeof member !== "string") object[key] = dropNulls(member, depth + 1);
  }
  if (!hasNull) return object;
  // A copy, because an object with a deleted key is slow from then on.
  const rest: Record<string, unknown> = {};
  for (const key in object) if (object[key] !== null) rest[key] = object[key];
  return rest;
}

// A title and the words of a login stand at the beginning of a page.
const mostRead = 64 * 1024;
const login = /login|signin|sso|keycloak|password|登录|认证/i;

/** Describes a body that is not JSON by its beginning. */
export function describeBody(
  status: number,
  body: string,
  problem: JsonProblem,
  secrets: Secrets,
): BrokenAnswerRule {
  const text = secrets.hideAll(body.slice(0, mostRead));
  const start = text.trimStart();
  if (status === 404) {
    const said = start.startsWith("<") ? readTitle(start) : start;
    return { rule: "no_such_route", params: { said: said && excerpt(said, 80) } };
  }
  if (start === "") return { rule: "empty_body", params: {} };
  if (start.startsWith("<")) {
    const found = readTitle(start);
    const title = found && excerpt(found, 80);
    const rule = status >= 500 ? "gateway_page" : login.test(start) ? "login_page" : "html_page";
    return { rule, params: { title } };
  }
  if (/^[{["]/.test(start)) return { rule: "broken_json", params: { problem } };
  return { rule: "other_text", params: { excerpt: excerpt(text, 120) } };
}

const loginPath =
  /(?:^|[/._-])(?:login|log-in|signin|sign-in|cas|auth|sso|realms|oauth2?)(?:[/._-]|$)/i;

/**
 * Whether a redirect leads to a login, so that the access token was not taken (wire 1.3): with a status
 * that asks for the same again elsewhere, and to another host or to the path of a login.
 */
export function isLoginRedirect(
  status: number,
  location: string | undefined,
  url: string,
): boolean {
  if (status !== 301 && status !== 302 && status !== 307) return false;
  const to = toTarget(location, url);
  if (to === undefined) return false;
  return to.hostname !== new URL(url).hostname || loginPath.test(to.pathname);
}

/** Describes a redirect that leads to no login; its query may hold a secret and is left out. */
export function describeRedirect(location: string | undefined, url: string): BrokenAnswerRule {
  const to = toTarget(location, url);
  return { rule: "redirect", params: { to: to && excerpt(`${to.origin}${to.pathname}`, 120) } };
}

function toTarget(location: string | undefined, url: string): URL | undefined {
  if (location === undefined || !URL.canParse(location, url)) return undefined;
  const to = new URL(location, url);
  return to.protocol === "http:" || to.protocol === "https:" ? to : undefined;
}
