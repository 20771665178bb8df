import { startLocalPlatform } from "@qizhi/core/local";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as fc from "fast-check";
import { stringify } from "yaml";
import { expect, test } from "vitest";
import type { Document, Session } from "./mcp-session.ts";
import { openSession, spec } from "./mcp-session.ts";
import { createPlace } from "./run-cli.ts";

const text = (characters: string, minLength: number, maxLength = minLength) =>
  fc.string({ unit: fc.constantFrom(...characters), minLength, maxLength });
const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
// No two characters of one kind in turn, as the test of chance wants it.
const chance = fc
  .array(fc.tuple(text("abcdef", 1), text("0123456789", 1), text("GHIJKLMN", 1)), {
    minLength: 12,
    maxLength: 20,
  })
  .map((parts) => parts.flat().join(""));
/** What anybody would take for a secret by its form. */
const secrets = fc.oneof(
  text(letters, 24, 40).map((rest) => `hf_${rest}`),
  text(letters, 36).map((rest) => `ghp_${rest}`),
  text(letters, 20, 60).map((rest) => `sk-${rest}`),
  text("ABCDEFGHIJKLMNOP0123456789", 16).map((rest) => `AKIA${rest}`),
  chance,
);
/** The secret among other words. */
const wordings = fc.constantFrom<(secret: string) => string>(
  (secret) => secret,
  (secret) => `${secret} and more`,
  (secret) => `python train.py --token ${secret} --lr 1`,
  (secret) => `export KEY="${secret}"; true`,
  (secret) => `Bearer ${secret}`,
  (secret) => `${"long ".repeat(20)}${secret}`,
  (secret) => `a\n  b: ${secret}\n c`,
);
const kinds = fc.constantFrom<(value: string) => unknown>(
  (value) => value,
  (value) => [value],
  (value) => ({ a: value }),
  (value) => ({ [value]: 1 }),
  (value) => [{ name: "A", value }],
  (value) => [{ name: value, value: "A" }],
  (value) => [{ name: value, value }],
);
const fields = [
  "own",
  "x-own",
  "$schema",
  "__proto__",
  "matrix",
  "dataset_info",
  "envs",
  "auto_fault_tolerance",
  ...Object.keys(spec),
];
/** A spec with a value somewhere: in a field of the top, or of its nodes. */
const placed = fc
  .tuple(fc.constantFrom(...fields, ...Object.keys(spec.framework_config[0]!)), fc.boolean(), kinds)
  .map(([field, isInside, kind]) => (value: string): Document => {
    const put = { [field]: kind(value) };
    return isInside
      ? { ...spec, framework_config: [{ ...spec.framework_config[0], ...put }] }
      : { ...spec, ...put };
  });
/** The text of a spec with the secret anywhere between its words. */
const torn = fc
  .tuple(
    fc.boolean(),
    fc.nat(),
    fc.constantFrom(" ", "\n", ": ", "\t", '"', "'", "- ", "{", "@", "&a ", "*"),
  )
  .map(([isYaml, at, before]) => (value: string): string => {
    const whole = isYaml ? stringify(spec) : JSON.stringify(spec, null, 2);
    const gaps = [...whole.matchAll(/[\s:,]/g)].map(({ index }) => index);
    const cut = gaps[at % gaps.length]!;
    return `${whole.slice(0, cut)}${before}${value} ${whole.slice(cut)}`;
  });
const written = fc.tuple(secrets, wordings, fc.oneof(placed, torn)).map(([secret, word, place]) => {
  return { secret, spec: place(word(secret)) };
});

/** Calls a tool whose answer must not hold the secret, nor most of it. */
async function ask(
  { client }: Session,
  tool: string,
  args: Document,
  secret: string,
): Promise<Document> {
  const result = await client.callTool({ name: tool, arguments: args });
  expect(JSON.stringify(result)).not.toContain(secret.slice(0, 20));
  return Object(result.structuredContent);
}

test(
  "no secret that stands anywhere in a spec comes back from a check or a plan of it",
  { timeout: 120_000 },
  async () => {
    await using platform = await startLocalPlatform({ commands: "skip" });
    await using place = await createPlace(platform);
    await using session = await openSession(place);
    const file = join(place.dir, "job.yaml");
    // A field's name says that what stands behind it is none.
    const behindName = "a0Gb1Hc2Id3Je4Kf5La6Mb7Nc8Gd9He0If1J";
    const besideName = stringify(spec).replace("image_type:", `image_type@${behindName} :`);
    await fc.assert(
      fc.asyncProperty(written, fc.boolean(), async ({ secret, spec: given }, isFile) => {
        await writeFile(file, typeof given === "string" ? given : JSON.stringify(given));
        const args = isFile ? { file: "job.yaml" } : { spec: given };
        await ask(session, "validate", args, secret);
        await ask(session, "submit", { ...args, allow_unknown: true }, secret);
        await ask(session, "submit", args, secret);
      }),
      { numRuns: 120, examples: [[{ secret: behindName, spec: besideName }, false]] },
    );
    const paths = [
      "name",
      "command",
      "envs.A",
      "task_priority",
      "own.key",
      "framework_config[0].image",
    ];
    await fc.assert(
      fc.asyncProperty(secrets, wordings, fc.constantFrom(...paths), async (secret, word, path) => {
        const args = { spec, set: [`${path}=${word(secret)}`, word(secret)] };
        await ask(session, "validate", args, secret);
        await ask(session, "submit", { ...args, set: [args.set[0]], allow_unknown: true }, secret);
      }),
      { numRuns: 60 },
    );
  },
);

test(
  "no secret that a job was submitted with comes back from its clone, its look or its rerun",
  { timeout: 120_000 },
  async () => {
    const seeds = fc.sample(fc.tuple(secrets, wordings, placed), 24).map(([secret, word, put]) => ({
      secret,
      answer: put(word(secret)),
    }));
    await using platform = await startLocalPlatform({
      commands: "skip",
      jobs: seeds.map(({ answer }) => ({ status: "job_running", answer })),
    });
    await using place = await createPlace(platform);
    await using session = await openSession(place);
    for (const [index, { jobId }] of platform.jobs().entries()) {
      const { secret } = seeds[index]!;
      await ask(session, "clone", { job: jobId }, secret);
      await ask(session, "status", { jobs: [jobId] }, secret);
    }
    await fc.assert(
      fc.asyncProperty(secrets, wordings, fc.boolean(), async (secret, word, isCommand) => {
        const put = isCommand ? { command: word(secret) } : { envs: { OWN: word(secret) } };
        const args = { spec: { ...spec, ...put, name: "with-secret" } };
        const { confirmation } = await ask(session, "submit", args, secret);
        const { job_id: job } = await ask(session, "submit", { ...args, confirmation }, secret);
        const plan = await ask(session, "rerun", { job }, secret);
        expect(plan).toMatchObject({ submitted: false, plan: { name: "with-secret" } });
        await ask(session, "clone", { job }, secret);
        await ask(session, "list", {}, secret);
      }),
      { numRuns: 24 },
    );
  },
);
