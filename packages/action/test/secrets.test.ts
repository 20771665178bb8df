import { randomBytes } from "node:crypto";
import { type Fault, hostileText, type LocalPlatform, startLocalPlatform } from "@qizhi/core/local";
import { describe, expect, test } from "vitest";
import { actionDir, runBundle, toSpec } from "./bundle.ts";
import {
  findPrintedBeforeMask,
  findSecrets,
  runAction,
  type RunnerResult,
} from "@qizhi/runner-emulator";
import { toSweepSpec } from "./sweep/scene.ts";

const password = 'p@ss"w0rd|<b>%0A::error::$x';
const key = "wandb-key-0123456789";
const pem = "-----BEGIN KEY-----\nMIIBfakefakefake\n}\nab\n-----END KEY-----";

function sentinelsOf(platform: LocalPlatform): Record<string, string> {
  const tokens = platform.issuedTokens.map((token, index) => [`token ${index}`, token]);
  return { password, key, pem: "MIIBfakefakefake", ...Object.fromEntries(tokens) };
}

function expectNoSecret(result: RunnerResult, platform: LocalPlatform): void {
  const sentinels = sentinelsOf(platform);
  expect(platform.issuedTokens.length).toBeGreaterThan(0);
  expect(findSecrets(result, sentinels)).toEqual([]);
  for (const value of Object.values(sentinels)) {
    expect(findPrintedBeforeMask(result, value)).toBeUndefined();
  }
  expect(result.problems).toEqual([]);
}

const inputs = {
  "secret-env": `WANDB=${key}\nPEM`,
  "spec-inline": toSpec({ command: "sleep 60" }),
};
const credentials = { username: "me", password };

describe.concurrent("no secret shows", () => {
  test("after a success, and every mask comes before any other byte", async () => {
    await using platform = await startLocalPlatform({ stages: 20, credentials });
    const result = await runBundle(platform, {
      env: { PEM: pem },
      isDebug: true,
      inputs: { ...inputs, "spec-inline": toSpec() },
    });
    expect(result.conclusion).toBe("success");
    expectNoSecret(result, platform);
    const names = result.main.commands.map(({ name }) => name);
    expect(names.slice(0, 2)).toEqual(["add-mask", "add-mask"]);
    expect(result.main.lines[0]?.raw).toMatch(/^::add-mask::/);
    const masked = result.masks;
    expect(masked).toEqual(expect.arrayContaining([password, key, ...platform.issuedTokens]));
    expect(masked.filter((value) => value.length < 4 || value.includes("\n"))).toEqual([]);
  });

  test("when the platform sends them back in every text", async () => {
    await using platform = await startLocalPlatform({ stages: 20, credentials });
    const echo = () => [password, key, pem, ...platform.issuedTokens, hostileText].join(" ");
    const result = await runBundle(platform, {
      env: { PEM: pem },
      inputs,
      async script(stage) {
        await stage.waitUntil(() => platform.issuedTokens.length > 0, "the login");
        platform.setFaults([{ operation: "any", fault: { kind: "hostile-text", text: echo() } }]);
        await stage.waitForLine(/running \(job_running\)/);
        await stage.cancel();
      },
    });
    expect(result.outputs["outcome"]).toBe("cancelled");
    expectNoSecret(result, platform);
  });

  test("in an error page that repeats the request", async () => {
    await using platform = await startLocalPlatform({ stages: 20, credentials });
    const result = await runBundle(platform, {
      env: { PEM: pem },
      inputs: { ...inputs, "outage-timeout": "500ms" },
      async script(stage) {
        await stage.waitUntil(() => platform.issuedTokens.length > 0, "the login");
        const body = `{"code":500,"message":${JSON.stringify(`${password} ${platform.issuedTokens[0]}`)}}`;
        platform.setFaults([{ operation: "detail", fault: { kind: "reply", status: 500, body } }]);
      },
    });
    expect(result.outputs["outcome"]).toBe("error");
    expectNoSecret(result, platform);
  });

  test("of a killed run, whose post logs in again", async () => {
    await using platform = await startLocalPlatform({ stages: 20, credentials });
    const result = await runBundle(platform, {
      env: { PEM: pem },
      inputs,
      async script(stage) {
        await stage.waitForLine(/running \(job_running\)/);
        await stage.sigkill();
      },
    });
    expect(platform.issuedTokens).toHaveLength(2);
    expectNoSecret(result, platform);
  });
});

describe.concurrent("a secret that stands in the command", () => {
  const token = "hf_AbCdEfGhIjKlMnOpQrStUvWxYz01";
  const word = "Sup3rS3cretPassw0rd";
  const command = `export HF_TOKEN=${token}; echo t.py --password ${word} >&2; exit 3`;

  const refusal = JSON.stringify({ code: -100000, message: `invalid command: ${command}` });

  test.for<Fault>([
    { operation: "create", fault: { kind: "reply", status: 400, body: refusal } },
    { operation: "detail", fault: { kind: "hostile-text", text: `sh -c '${command}'` } },
  ])("shows nowhere when the platform echoes it: %j", async (fault) => {
    await using platform = await startLocalPlatform({ stages: 20, faults: [fault] });
    const result = await runBundle(platform, { inputs: { command } });
    expect(result).toMatchObject({ conclusion: "failure", problems: [] });
    expect(result.annotations[0]?.message).toContain("command holds what looks like a secret");
    expect(result.outputs["report"]).toContain("t.py --password [secret]");
    expect(findSecrets(result, { token, word })).toEqual([]);
  });
});

describe.concurrent("masks", () => {
  test("come for variables of the spec and of env that are secrets by their names", async () => {
    await using platform = await startLocalPlatform({ stages: 20 });
    const spec = toSpec({
      envs: { HF_TOKEN: "hf_0123456789", MAX_TOKEN: "4096", MODE: "debugging" },
    });
    const result = await runBundle(platform, {
      inputs: {
        "spec-inline": spec,
        env: "AWS_SECRET_ACCESS_KEY=aws-0123456789\nPLAIN=plain-value",
      },
    });
    const masked = result.masks;
    expect(masked).toEqual(expect.arrayContaining(["hf_0123456789", "aws-0123456789"]));
    expect(masked).not.toEqual(expect.arrayContaining(["4096"]));
    expect(masked).not.toEqual(expect.arrayContaining(["plain-value"]));
  });

  test("are left out for what is shorter than four characters", async () => {
    await using platform = await startLocalPlatform({
      stages: 20,
      credentials: { username: "me", password: "abc" },
    });
    const result = await runBundle(platform);
    expect(result).toMatchObject({ conclusion: "success", problems: [] });
    expect(result.masks).toEqual(platform.issuedTokens);
  });
});

/** A service account as clouds hand it out; its key is in base64, with padding. */
function toServiceAccount(padding: string): string {
  const body = Array.from({ length: 25 }, () => randomBytes(48).toString("base64"));
  const lines = ["-----BEGIN PRIVATE KEY-----", ...body, `QmFzZTY0${padding}`, "-----END"];
  const account = { type: "service_account", private_key: lines.join("\n"), client_id: "1234567" };
  return JSON.stringify(account, undefined, 2);
}

/** The longest pieces of a secret that are anywhere but in a mask's own command. */
function findPieces({ rawStdout, summary, outputs, annotations }: RunnerResult, secret: string) {
  const isMask = (line: string) => line.startsWith("::add-mask::");
  const log = rawStdout.split("\n").filter((line) => !isMask(line));
  const all = [...log, summary, JSON.stringify([outputs, annotations])].join("\n");
  const pieces = Array.from({ length: secret.length - 9 }, (_, at) => secret.slice(at, at + 10));
  return pieces.filter(
    (piece) => all.includes(piece) && !/^[a-z_-]+$|private_key|PRIVATE KEY/.test(piece),
  );
}

describe.concurrent("of a secret of several lines nothing is shown", () => {
  const forms = ["secret-env", "env", "set", "matrix"].flatMap((input) =>
    ["", "=", "=="].map((padding) => [input, padding] as const),
  );
  test.for(forms)("whose lines stand in %s (padding %j)", async ([input, padding]) => {
    const secret = toServiceAccount(padding);
    const values = { [input]: `GCP_SA=${secret}\nMODE=fast` };
    const result = await runAction({
      actionDir,
      isDebug: true,
      inputs: { "spec-inline": toSpec(), token: "some-token-123", ...values },
    });
    expect(result.outputs["outcome"]).toBe("error");
    expect(findPieces(result, secret)).toEqual([]);
    expect(result.problems).toEqual([]);
    expect(result.annotations[0]?.message).toMatch(new RegExp(`- ${input} lines [12], `));
  });

  test("whose last line alone reads as a variable, and none of it is taken for one", async () => {
    for (const rest of ["QmFzZTY0dGFpbA==", "QmFzZTY0dGFpbA="]) {
      const result = await runAction({
        actionDir,
        inputs: {
          "spec-inline": toSpec({ command: "" }),
          token: "some-token-123",
          "secret-env": `KEY=abcdefgh\n${rest}`,
        },
      });
      expect(findPieces(result, rest)).toEqual([]);
      expect(result.outputs["report"]).toMatch(/secret-env line 2[^"]*write its name alone/);
    }
  });

  test.for([
    ["secret-env", "KEY"],
    ["env", "WANDB_API_KEY"],
  ] as const)("whose next line in %s begins like a comment", async ([input, name]) => {
    const rest = "#QmFzZTY0dGFpbA\n\n#W5kZXI2NHRhaWw";
    const result = await runAction({
      actionDir,
      inputs: {
        "spec-inline": toSpec(),
        token: "some-token-123",
        [input]: `# for the run\n${name}=Zk3LmQ9xR7tVw2YbN5cH\n${rest}`,
      },
    });
    expect(result.outputs["outcome"]).toBe("error");
    for (const piece of rest.split("\n\n")) expect(findPieces(result, piece)).toEqual([]);
    expect(result.annotations.at(-1)?.message).toMatch(
      new RegExp(`- ${input} lines 3, 5 are neither .* and comments above the first secret`),
    );
  });

  test("while a comment stands where it is no part of one", async () => {
    await using platform = await startLocalPlatform({ stages: 20 });
    const result = await runBundle(platform, {
      env: { GCP_SA: "two\nlines" },
      inputs: {
        env: "# how\nMODE=fast\n# how often\nTRIES=3",
        "secret-env": "# who\nGCP_SA\n# what\nUNSET_KEY=\n# not set for this run\nKEY=abcdefgh",
        provenance: "false",
      },
    });
    expect(result.conclusion).toBe("success");
    const create = platform.requests.find(({ operation }) => operation === "create");
    const names = JSON.parse(create?.body ?? "").envs.map(({ name }: { name: string }) => name);
    expect(names).toEqual(["MODE", "TRIES", "GCP_SA", "UNSET_KEY", "KEY"]);
  });

  test("and what to do about it is told: its name alone, whose value is passed whole", async () => {
    await using platform = await startLocalPlatform({ stages: 20 });
    const secret = toServiceAccount("=");
    const wrong = await runBundle(platform, { inputs: { "secret-env": `GCP_SA=${secret}` } });
    expect(wrong.annotations[0]?.message).toMatch(/step's env: and write its name alone here/);
    const right = await runBundle(platform, {
      env: { GCP_SA: secret },
      inputs: { "secret-env": "GCP_SA", provenance: "false" },
    });
    expect(right.conclusion).toBe("success");
    expect(findPieces(right, secret)).toEqual([]);
    const create = platform.requests.find(({ operation }) => operation === "create");
    expect(JSON.parse(create?.body ?? "").envs).toEqual([{ name: "GCP_SA", value: secret }]);
  });
});

/** A service account on one line; its key has line breaks as JSON writes them. */
const account = JSON.stringify(JSON.parse(toServiceAccount("==")));
const wandb = 'Zk3"LmQ9x/R7tVw2+YbN5cH8dJ1fG4p';
const long = "Zk3LmQ9xR7tVw2YbN5cH8dJ1fG4pS6aUeKiXoZzB0qW";
const inJson = JSON.stringify(wandb).slice(1, -1);

describe.concurrent("of a secret nothing is shown that the platform", () => {
  test.for([
    ["refuses in a word of its own", "create", account, account],
    ["refuses, in a text that is cut within it", "create", long, `${"x".repeat(450)}-${long}`],
    ["repeats as JSON", "detail", wandb, inJson],
    ["repeats as a URL", "detail", wandb, encodeURIComponent(wandb)],
    ["repeats in base64", "detail", wandb, Buffer.from(`KEY=${wandb}`).toString("base64")],
    ["repeats in a text that is cut within it", "detail", long, `${"x".repeat(450)}-${long}`],
  ] as const)("%s", async ([, operation, secret, shown]) => {
    const message = `invalid value for string field value: ${shown}`;
    const body = JSON.stringify({ code: -100000, message });
    const fault: Fault["fault"] =
      operation === "create"
        ? { kind: "reply", status: 400, body }
        : { kind: "hostile-text", text: `env: {"WANDB_API_KEY":"${shown}"}` };
    await using platform = await startLocalPlatform({
      stages: 20,
      gpus: 64,
      faults: [{ operation, fault }],
    });
    for (const spec of [toSpec({ command: "exit 3" }), toSweepSpec(["exit 3", "exit 4"])]) {
      const result = await runBundle(platform, {
        isDebug: true,
        inputs: { "spec-inline": spec, "secret-env": `WANDB_API_KEY=${secret}` },
      });
      expect(result).toMatchObject({ conclusion: "failure", problems: [] });
      expect(JSON.stringify(result.outputs)).toMatch(/\[secret\]|x{300}/);
      expect([...findPieces(result, secret), ...findPieces(result, shown)]).toEqual([]);
    }
  });
});
