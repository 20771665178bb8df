import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import type { TokenOwner } from "../client/auth.ts";
import { createTestClock, seedId, spec } from "../client/client.fixture.ts";
import { type ClientOptions, createClient, createHidingClient } from "../client/create-client.ts";
import { readings } from "./readings.ts";
import {
  enveloped,
  type ReplayAnswer,
  replayJobId,
  startReplay,
  type ReplayScript,
} from "./replay.fixture.ts";
import { Secrets } from "./secrets.ts";

const password = 's3cr&t<>/"é-pa55';
const issued = "issued+token/of-the.replay==";
const kept = "kept-token.from~the_store";

const login = { access_token: issued, expires_in: "604800" };
const hexOf = (char: string) => char.charCodeAt(0).toString(16).padStart(4, "0");

/** How a platform may write what it was sent. */
const writers: Record<string, (text: string) => string> = {
  plain: (text) => text,
  "JSON of Go": (text) =>
    JSON.stringify(text)
      .slice(1, -1)
      .replaceAll(/[<>&]/g, (char) => `\\u${hexOf(char)}`),
  "JSON of PHP": (text) => JSON.stringify(text).slice(1, -1).replaceAll("/", "\\/"),
  "a URL": encodeURIComponent,
  HTML: (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;"),
  base64: (text) => Buffer.from(`someone:${text}`).toString("base64"),
};

/** All that a platform may say of what it was sent. */
function echo(write: (text: string) => string): string {
  return [password, issued, kept].map((secret) => `(${write(secret)})`).join(" ");
}

/** A client that has a kept token, and has logged in since. */
async function open(script: ReplayScript, options: ClientOptions = {}) {
  const stale: ReplayAnswer = { body: { code: -1, message: "token expired" } };
  const detail = [script.detail ?? []].flat() as ReplayAnswer[];
  const platform = await startReplay({
    token: enveloped(login),
    ...script,
    detail: [stale, enveloped({ job_id: seedId }), ...detail],
  });
  const tokenStore = {
    read: async (owner: TokenOwner) => ({ ...owner, value: kept, expiresAt: undefined }),
    write: async () => {},
    remove: async () => {},
  };
  const credentials = { username: "someone", password };
  const clock = createTestClock();
  const baseUrl = platform.url;
  const client = createClient({ baseUrl, credentials, tokenStore, clock, ...options });
  await client.getJob(seedId);
  return { client, platform, [Symbol.asyncDispose]: () => platform[Symbol.asyncDispose]() };
}

/** Fails where a value shows a secret in whatever form. */
function expectNone(value: unknown): void {
  const shown = [inspect(value, { depth: 20, showHidden: true }), JSON.stringify(value)];
  if (value instanceof Error) shown.push(value.message, JSON.stringify(value.cause) ?? "");
  for (const text of shown.flatMap((each) => [...readings(each)])) {
    for (const secret of [password, issued, kept]) {
      expect(text).not.toContain(secret);
      // The middle of it, whatever stands before it.
      const base64 = Buffer.from(`someone:${secret}`).toString("base64");
      expect(text).not.toContain(base64.slice(13, 21));
    }
  }
}

describe.each(Object.entries(writers))("what a platform echoes as %s", (_name, write) => {
  const text = echo(write);
  const fields = { name: text, sub_msg: `auth ${text}`, envs: [{ name: "E", value: text }] };

  test("is hidden in an answer, and the rest of it stays", async () => {
    const data = {
      job_id: seedId,
      status: "job_running",
      [text]: [text],
      node_count: 2,
      ...fields,
    };
    await using place = await open({ detail: enveloped(data) });
    const job = await place.client.getJob(seedId);
    expectNone(job);
    expect(job).toMatchObject({ job_id: seedId, status: "job_running", node_count: 2 });
    expect(job.name).toContain("***");
  });

  test("is hidden in the answer of a create", async () => {
    await using place = await open({ create: enveloped({ job_id: replayJobId, ...fields }) });
    const job = await place.client.createJob(spec);
    expectNone(job);
    expect(job.job_id).toBe(replayJobId);
  });

  test.each<[string, ReplayAnswer]>([
    ["a refusal", { body: { code: 100002, message: text } }],
    ["a refusal of another shape", { body: { error: { message: text } } }],
    ["a page", { http: 502, body: `<title>${text}</title>` }],
    ["a text", { body: `sorry: ${text}` }],
    ["JSON of another shape", { body: { message: text } }],
    ["the id of another job", { body: { code: 0, data: { job_id: text } } }],
    ["a redirect", { http: 303, headers: { location: `/x/${encodeURIComponent(text)}` } }],
    ["a refused token", { body: { code: -1, message: text } }],
  ])("is hidden in the error of %s", async (_kind, answer) => {
    await using place = await open({ create: answer, stop: answer, detail: answer });
    const { client } = place;
    for (const call of [
      () => client.createJob(spec),
      () => client.getJob(seedId),
      () => client.stopJob(seedId),
    ]) {
      expectNone(await call().catch((reason: unknown) => reason));
    }
  });

  test("is hidden in the error of a login", async () => {
    const credentials = { username: "someone", password };
    const said = write(password);
    for (const token of [{ body: { code: 100001, message: said } }, { body: said }]) {
      await using platform = await startReplay({ token });
      const client = createClient({ baseUrl: platform.url, credentials, clock: createTestClock() });
      expectNone(await client.authenticate().catch((reason: unknown) => reason));
    }
  });
});

test("a password that is a word of the wire hides no status, id or time", async () => {
  const data = { job_id: seedId, status: "job_running", created_at: "1720000000000", name: "x" };
  for (const word of ["running", "job_running", "aaaa", "1720", "0000000"]) {
    await using platform = await startReplay({ detail: enveloped({ ...data, sub_msg: word }) });
    const credentials = { username: "someone", password: word };
    const job = await createClient({ baseUrl: platform.url, credentials }).getJob(seedId);
    expect(job).toEqual({ ...data, sub_msg: "***" });
  }
});

test("the login takes a token that it has had before", async () => {
  await using place = await open({ token: enveloped({ ...login, access_token: kept }) });
  expect(await place.client.getJob(seedId).catch((error: unknown) => error)).toBeTruthy();
  expect(place.platform.requests.at(-1)?.authorization).toBe(`Bearer ${kept}`);
});

test("what its owner knows besides is hidden before a text is cut, and keeps no answer from being read", async () => {
  const given = "Zk3LmQ9xR7tVw2YbN5cH8dJ1fG4pS6aUeKiXoZzB0qW";
  const secrets = new Secrets("data", "code", "status", given);
  const refusal = { code: 100002, message: `${"x".repeat(480)} ${given}` };
  await using platform = await startReplay({
    create: { body: refusal },
    detail: enveloped({ job_id: seedId, status: "job_running", sub_msg: given }),
  });
  const credentials = { username: "someone", password };
  const client = createHidingClient(secrets, { baseUrl: platform.url, credentials });
  const job = await client.getJob(seedId);
  expect(job).toEqual({ job_id: seedId, status: "job_running", sub_msg: "***" });
  const error: unknown = await client.createJob(spec).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: "api", platformCode: 100002 });
  expect(JSON.stringify(error)).not.toContain(given.slice(0, 8));
  expect(secrets.isIn(password)).toBe(true);
});
