import { expect, test } from "vitest";
import {
  endsBeforeWait,
  isFresh,
  isTokenText,
  readTokenEnd,
  toAccessToken,
} from "./access-token.ts";

function toJwt(claims: unknown): string {
  return `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.sig`;
}

/** Seconds that a token is held to live, margin added. */
function lifeOf(token: string, expiresIn?: number): number | undefined {
  const { expiresAt } = toAccessToken(token, expiresIn);
  return expiresAt === undefined ? undefined : Math.round((expiresAt - Date.now()) / 1_000);
}

const week = 604_800;

test("lives 5 minutes less than its expires_in", () => {
  expect(lifeOf("opaque", week)).toBe(week - 300);
});

test("lives a tenth less where it lives for minutes", () => {
  expect(lifeOf("opaque", 100)).toBe(90);
});

test("lives by its own claims where they end earlier", () => {
  expect(lifeOf(toJwt({ iat: 1_000, exp: 1_000 + 3_000 }), week)).toBe(2_700);
  expect(lifeOf(toJwt({ iat: 1_000, exp: 1_000 + 10 * week }), week)).toBe(week - 300);
});

test("lives by its claims alone where nothing else is given, whatever this machine's clock says", () => {
  const yearsAgo = 1_000_000_000;
  expect(lifeOf(toJwt({ iat: yearsAgo, exp: yearsAgo + week }))).toBe(week - 300);
});

test("lives until exp by this machine's clock where it has no iat", () => {
  const exp = Math.floor(Date.now() / 1_000) + 1_000;
  expect(lifeOf(toJwt({ exp }))).toBeGreaterThan(897);
  expect(lifeOf(toJwt({ exp: String(exp) }))).toBeLessThanOrEqual(900);
});

test.each([
  ["opaque", undefined],
  ["opaque", 0],
  ["opaque", -5],
  [toJwt({}), undefined],
  [toJwt({ iat: 5, exp: 4 }), undefined],
  [toJwt({ exp: "soon" }), undefined],
  [toJwt(null), undefined],
  ["a.!!!.b", undefined],
  ["..", undefined],
])("%s with expires_in %s has no known end, and counts as fresh", (token, expiresIn) => {
  const held = toAccessToken(token, expiresIn);
  expect(held.expiresAt).toBeUndefined();
  expect(isFresh(held)).toBe(true);
});

test("has expired once its time has come", () => {
  expect(isFresh({ value: "x", expiresAt: Date.now() })).toBe(false);
  expect(isFresh({ value: "x", expiresAt: Date.now() + 1_000 })).toBe(true);
});

test.each([
  ["eyJ.a-b_c=", true],
  ["", false],
  ["a b", false],
  ["a\n", false],
  ["口令", false],
])("%j can travel in a header: %s", (text, expected) => {
  expect(isTokenText(text)).toBe(expected);
});

test("ends by its own exp, and before a wait that may last longer", () => {
  const hourMs = 3_600_000;
  const exp = Math.floor(Date.now() / 1_000) + 3_600;
  const end = readTokenEnd(toJwt({ exp }));
  expect(end).toBe(exp * 1_000);
  expect(readTokenEnd("opaque")).toBeUndefined();
  expect(readTokenEnd(toJwt({ exp: "soon" }))).toBeUndefined();
  expect(endsBeforeWait(end, 2 * hourMs)).toBe(true);
  expect(endsBeforeWait(end, hourMs / 2)).toBe(false);
  // A wait without a limit.
  expect(endsBeforeWait(end)).toBe(true);
  expect(endsBeforeWait(Date.now() + 30 * hourMs)).toBe(false);
  expect(endsBeforeWait(undefined)).toBe(false);
});
