import { isQizhiError } from "@qizhi/core";
import * as fc from "fast-check";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findAccess } from "./access.ts";
import { Accounts } from "./accounts.ts";
import { Options } from "../context/options.ts";

let configDir: string;
beforeEach(() => {
  configDir = mkdtempSync(join(tmpdir(), "qizhi-accounts-"));
});
afterEach(() => rmSync(configDir, { recursive: true, force: true }));

function fill() {
  const env = { QIZHI_CONFIG_DIR: configDir };
  const accounts = new Accounts({ env });
  for (const [name, baseUrl] of [
    ["ann", "https://one.example"],
    ["bob", "https://two.example/base"],
  ] as const) {
    const times = { expiresAt: Date.now() + 3_600_000, loggedInAt: Date.now() };
    accounts.save({
      name,
      username: `${name}-name`,
      baseUrl,
      accessToken: `token-${name}`,
      ...times,
    });
  }
  accounts.setDefault("ann");
  return env;
}

const mutation = fc.tuple(
  fc.nat(),
  fc.nat(60),
  fc.oneof(
    fc.uint8Array({ maxLength: 30 }),
    fc.json().map((text) => Buffer.from(text)),
  ),
);

test(
  "2000 random mutations of what is kept: the account that is meant, or an error",
  { timeout: 120_000 },
  () => {
    const env = fill();
    const names = ["accounts/ann.json", "accounts/bob.json", "default-account"];
    const kept = new Map(names.map((name) => [name, readFileSync(join(configDir, name))]));
    const find = () => {
      try {
        return findAccess(new Options({}), { env });
      } catch (error) {
        if (isQizhiError(error)) return error.code;
        throw error;
      }
    };
    const meant = find();
    expect(meant).toMatchObject({ baseUrl: "https://one.example", username: "ann-name" });
    fc.assert(
      fc.property(fc.constantFrom(...names), mutation, (name, [at, length, bytes]) => {
        const text = kept.get(name)!;
        const from = at % (text.length + 1);
        const parts = [text.subarray(0, from), bytes, text.subarray(from + length)];
        writeFileSync(join(configDir, name), Buffer.concat(parts));
        const found = find();
        writeFileSync(join(configDir, name), text);
        if (found !== "input") expect(whoIs(found)).toEqual(whoIs(meant));
      }),
      { numRuns: 2000 },
    );
  },
);

/** Who logs in where with what; the times in an account decide nothing of it. */
function whoIs(found: unknown): unknown[] {
  const { baseUrl, username, way } = Object(found);
  return [baseUrl, username, way?.account?.name, way?.account?.accessToken];
}

test.each(["\ud800", "a".repeat(300), "../x", "", "%zz", "a\u0000b"])(
  "there is no account %j, and asking for it is no fault",
  (name) => {
    const accounts = new Accounts({ env: fill() });
    try {
      expect(accounts.find(name)).toBeUndefined();
    } catch (error) {
      expect(isQizhiError(error)).toBe(true);
    }
  },
);

test("a file with a foreign name in the folder takes no account away", () => {
  const env = fill();
  for (const name of ["%zz.json", "%E0%A4.json", "notes.txt", "x.json.tmp"])
    writeFileSync(join(configDir, "accounts", name), "{}");
  expect(new Accounts({ env }).entries().map(({ name }) => name)).toEqual(["ann", "bob"]);
});
