import { startLocalPlatform } from "@qizhi/core/local";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { logIn } from "./log-in.ts";
import type { Place, RunOptions } from "./run-cli.ts";
import { createPlace } from "./run-cli.ts";
import {
  createIdentity,
  forwardTo,
  startConnectProxy,
  startHttp,
  startHttps,
} from "../../core/src/transport/connection/test-servers.fixture.ts";
import { writeSpec } from "./write-spec.ts";

interface Check {
  readonly state: string;
  readonly detail: string;
  readonly next: string | null;
}

interface Examined {
  readonly code: number | null;
  readonly ok: boolean;
  readonly text: string;
  /** Checks by name; of several with one name the last. */
  readonly checks: Readonly<Record<string, Check>>;
}

async function examine(place: Place, options: RunOptions = {}): Promise<Examined> {
  const run = await place.run(["doctor", "--json"], options);
  const { ok, checks } = JSON.parse(run.stdout);
  for (const { state, next } of checks) {
    // Each failing line tells the next step.
    if (state === "fail") expect(next).toMatch(/\w/);
  }
  const byName = checks.map((check: Check & { check: string }) => [check.check, check]);
  return { code: run.code, ok, text: run.stdout + run.stderr, checks: Object.fromEntries(byName) };
}

describe("doctor", () => {
  test("is content where everything works, and ends with 0", async () => {
    await using platform = await startLocalPlatform();
    await using place = await createPlace(platform);
    const { code, ok, checks, text } = await examine(place);
    expect(Object.entries(checks).filter(([, { state }]) => state !== "ok")).toMatchObject([
      ["tls", { state: "skip" }],
    ]);
    expect({ code, ok }).toEqual({ code: 0, ok: true });
    expect(checks["base-url"]?.detail).toBe(`${platform.url} (QIZHI_BASE_URL)`);
    expect(checks["login"]?.detail).toBe("local (QIZHI_PASSWORD): accepted");
    expect(platform.requests.map(({ operation }) => operation)).toEqual(["detail", "token"]);
    expect(platform.requests[0]?.headers).not.toHaveProperty("authorization");
    expect(text).not.toContain(platform.credentials.password);
    for (const token of platform.issuedTokens) expect(text).not.toContain(token);
  });

  test("fits one screen, in both languages", async () => {
    await using platform = await startLocalPlatform();
    await using place = await createPlace(platform);
    const english = await place.run(["doctor"]);
    expect(english.stdout).toMatch(/\n\nEverything works\.\n$/);
    expect(english.stdout.split("\n").length).toBeLessThan(24);
    const chinese = await place.run(["doctor", "--lang", "zh"]);
    expect(chinese.stdout).toContain("一切正常。");
    expect(chinese.stdout).toContain("zh（--lang）");
  });

  test("says the same in --json whatever the language", async () => {
    await using place = await createPlace();
    const env = { QIZHI_BASE_URL: "https://platform.invalid" };
    const [en, zh] = await Promise.all([
      place.run(["doctor", "--json"], { env }),
      place.run(["doctor", "--json"], { env: { ...env, QIZHI_LANG: "zh" } }),
    ]);
    const withoutLanguage = (text: string) =>
      JSON.parse(text).checks.filter(({ check }: { check: string }) => check !== "language");
    expect(withoutLanguage(zh.stdout)).toEqual(withoutLanguage(en.stdout));
  });

  test("tries a kept token with one call, and reports an expired one without a call", async () => {
    await using platform = await startLocalPlatform();
    await using place = await createPlace();
    await logIn(place, platform);
    const before = platform.requests.length;
    const good = await examine(place);
    expect(good.checks["login"]?.detail).toMatch(
      /local\.json\), valid until \d{4}-.* \(in 6d .*\): accepted$/,
    );
    expect(good.checks["base-url"]?.detail).toBe(`${platform.url} (account)`);
    expect(platform.requests.slice(before)).toHaveLength(2);
    platform.setFaults([{ operation: "detail", calls: [2], fault: { kind: "token-refused" } }]);
    const refused = await examine(place);
    expect(refused.code).toBe(3);
    expect(refused.checks["login"]).toMatchObject({ state: "fail" });
    expect(refused.checks["login"]?.next).toContain("qizhi login");
  });

  test("without a login ends with 2 and says how to log in", async () => {
    await using platform = await startLocalPlatform();
    await using place = await createPlace();
    const { code, checks } = await examine(place, { env: { QIZHI_BASE_URL: platform.url } });
    expect(code).toBe(2);
    expect(checks["answer"]?.state).toBe("ok");
    expect(checks["login"]).toMatchObject({ state: "fail", next: "Run `qizhi login`." });
  });

  test("with a wrong password asks once and ends with 3", async () => {
    await using platform = await startLocalPlatform();
    await using place = await createPlace(platform);
    const { code, checks, text } = await examine(place, { env: { QIZHI_PASSWORD: "wrong-one" } });
    expect(code).toBe(3);
    expect(checks["login"]?.state).toBe("fail");
    expect(text).not.toContain("wrong-one");
    expect(platform.requests.filter(({ operation }) => operation === "token")).toHaveLength(1);
  });

  test("says the way on from a login that does not work by what is wrong, in Chinese too", async () => {
    await using platform = await startLocalPlatform();
    await using place = await createPlace(platform);
    const args = ["doctor", "--lang", "zh"];
    const wrong = await place.run(args, { env: { QIZHI_PASSWORD: "wrong-one" } });
    expect(wrong.stdout).toMatch(/用户名[和或]密码/);
    expect(wrong.stdout).not.toMatch(/the username/);
    const env = { QIZHI_TOKEN: "a-token", QIZHI_USERNAME: undefined, QIZHI_PASSWORD: undefined };
    const refused = await examine(place, { env });
    expect(refused.checks["login"]?.next).toMatch(/^Set QIZHI_TOKEN to a new token/);
    platform.setFaults([
      { operation: "detail", calls: [2], fault: { kind: "reply", status: 503, body: "" } },
    ]);
    const down = await examine(place, { env });
    expect(down.checks["login"]?.state).toBe("fail");
    expect(down.checks["login"]?.next).not.toMatch(/qizhi login|QIZHI_TOKEN/);
  });
});

describe("doctor reports", () => {
  test("with --facts what the platform confirms, without ids and secrets", async () => {
    await using platform = await startLocalPlatform({
      stages: 0,
      commands: "skip",
      wire: { expiresIn: "number" },
    });
    await using place = await createPlace(platform);
    await place.run(["submit", await writeSpec(place), "--wait"]);
    const { code, stdout } = await place.run(["doctor", "--facts", "--lang", "zh"]);
    expect(code, stdout).toBe(0);
    const report = stdout.slice(stdout.indexOf("\nqizhi ") + 1);
    expect(report).toMatch(/^contradicted {2}1\.5 {2}expires_in is text, 604800: number, 604800$/m);
    expect(report).toMatch(/^confirmed {5}3\.4 {2}priority_level is .*: 4, 20, NORMAL, 4$/m);
    const { jobId = "" } = platform.jobs()[0] ?? {};
    const { port } = new URL(platform.url);
    for (const secret of [jobId, "demo-1", port, platform.credentials.password, "33333333"]) {
      expect(report).not.toContain(secret);
    }
    const json = await place.run(["doctor", "--facts", "--json"]);
    expect(JSON.parse(json.stdout).facts).toContainEqual(
      expect.objectContaining({ fact: "2.2", state: "confirmed" }),
    );
    // Nothing but tokens and details.
    const sent = new Set(platform.requests.map(({ operation }) => operation));
    expect([...sent].toSorted()).toEqual(["create", "detail", "token"]);
    expect(platform.requests.filter(({ operation }) => operation === "create")).toHaveLength(1);
  });

  test("with --probe nothing but the job; with --yes it runs, ends, and its log is a report", async () => {
    await using platform = await startLocalPlatform({ stages: 0 });
    await using place = await createPlace(platform);
    const spec = await writeSpec(place);
    const shown = await place.run(["doctor", "--probe", spec]);
    expect([shown.code, JSON.parse(shown.stdout)]).toMatchObject([
      0,
      {
        name: "qizhi-probe",
        framework_config: [{ instance_count: 2 }],
        max_running_time_ms: "300000",
      },
    ]);
    expect(shown.stderr).toContain("Nothing was sent.");
    expect(platform.jobs()).toEqual([]);
    const run = await place.run(["doctor", "--probe", spec, "--yes"]);
    const [job] = platform.jobs();
    expect([run.code, job?.status], run.stderr).toEqual([0, "job_succeeded"]);
    expect(run.stderr).toContain(`qizhi logs ${job?.jobId}`);
    const report = await place.run([
      "doctor",
      "--probe-log",
      platform.logFile(job?.jobId ?? "", 1),
    ]);
    expect(report.stdout).toMatch(
      /^confirmed {5}6 {4}each node finds MASTER_ADDR: on 1 of 1 nodes$/m,
    );
  });

  test("with --probe --yes stops the job on Ctrl-C", async () => {
    await using platform = await startLocalPlatform({ gpus: 8, oversized: "queue" });
    await using place = await createPlace(platform);
    const run = place.start(["doctor", "--probe", await writeSpec(place), "--yes"]);
    await run.waitFor("qizhi-probe");
    await run.waitFor(/Submitted/);
    run.process.kill("SIGINT");
    expect((await run.result).code).toBe(130);
    expect(platform.jobs()).toMatchObject([{ status: "job_stopped" }]);
  });
});

describe("doctor finds", () => {
  test("a name that cannot be resolved", async () => {
    await using place = await createPlace();
    const env = { QIZHI_BASE_URL: "https://platform.invalid", QIZHI_TOKEN: "a-token" };
    const { code, checks, text } = await examine(place, { env });
    expect(code).toBe(3);
    expect(checks["dns"]).toMatchObject({ state: "fail" });
    expect(checks["dns"]?.detail).toMatch(/cannot be resolved \((ENOTFOUND|EAI_AGAIN)\)/);
    for (const later of ["tcp", "tls", "answer", "clock", "login"]) {
      expect(checks[later]?.state).toBe("skip");
    }
    expect(text).not.toContain("a-token");
  });

  test("a closed port", async () => {
    await using platform = await startLocalPlatform();
    await using place = await createPlace(platform);
    await platform.outage();
    const { code, checks } = await examine(place);
    expect(code).toBe(3);
    expect(checks["tcp"]).toMatchObject({ state: "fail" });
    expect(checks["tcp"]?.detail).toContain("ECONNREFUSED");
  });

  test("a certificate that is not trusted, and sends no secret there", async () => {
    await using platform = await startLocalPlatform();
    await using place = await createPlace(platform);
    const identity = createIdentity("platform.test");
    await using front = await startHttps(identity, forwardTo(platform.url));
    const env = { QIZHI_BASE_URL: `https://127.0.0.1:${front.port}` };
    const { code, checks } = await examine(place, { env });
    expect(code).toBe(3);
    expect(checks["tls"]).toMatchObject({ state: "fail" });
    expect(checks["tls"]?.next).toContain("QIZHI_CA_FILE");
    expect(checks["login"]).toMatchObject({ state: "skip" });
    expect(platform.requests).toEqual([]);
    const ca = join(place.dir, "ca.pem");
    await writeFile(ca, identity.cert);
    const trusted = await examine(place, { env: { ...env, QIZHI_CA_FILE: ca } });
    expect(trusted.code).toBe(0);
    expect(trusted.checks["tls"]).toMatchObject({ state: "ok" });
    expect(trusted.checks["ca"]?.detail).toBe(`${ca} (QIZHI_CA_FILE)`);
    const unchecked = { ...env, NODE_TLS_REJECT_UNAUTHORIZED: "0" };
    const before = platform.requests.length;
    const blind = await examine(place, { env: unchecked });
    expect(blind.code).toBe(2);
    expect(blind.checks["ca"]).toMatchObject({ state: "fail" });
    for (const check of ["tls", "answer", "clock", "login"]) {
      expect(blind.checks[check]).toMatchObject({ state: "skip" });
    }
    expect(platform.requests.slice(before)).toEqual([]);
    const none = await examine(place, { env: { ...env, QIZHI_CA_FILE: `${ca}.missing` } });
    expect(none.checks["ca"]).toMatchObject({ state: "fail" });
    expect(none.code).not.toBe(0);
  });

  test("no TLS where it should be", async () => {
    await using platform = await startLocalPlatform();
    await using place = await createPlace(platform);
    const env = { QIZHI_BASE_URL: platform.url.replace("http:", "https:") };
    const { code, checks } = await examine(place, { env });
    expect(code).toBe(3);
    expect(checks["tls"]).toMatchObject({ state: "fail" });
    expect(platform.requests).toHaveLength(0);
  });

  test("an HTML page where JSON should be, and does not send the password to it", async () => {
    await using place = await createPlace();
    let bodies = "";
    await using portal = await startHttp((incoming, answer) => {
      incoming.on("data", (data: Buffer) => (bodies += data.toString()));
      incoming.on("end", () => {
        answer.writeHead(200, { "content-type": "text/html" });
        answer.end("<html><title>校园网 \u001b[31mlogin</title><body>sign in</body></html>");
      });
    });
    const env = {
      QIZHI_BASE_URL: `http://127.0.0.1:${portal.port}`,
      QIZHI_USERNAME: "ann",
      QIZHI_PASSWORD: "secret-password",
    };
    const { code, checks, text } = await examine(place, { env });
    expect(code).toBe(3);
    expect(checks["answer"]).toMatchObject({ state: "fail" });
    expect(checks["answer"]?.detail).toContain('an HTML page "校园网 \\x1b[31mlogin"');
    expect(checks["login"]).toMatchObject({ state: "skip" });
    expect(bodies + text).not.toContain("secret-password");
    const shown = await place.run(["doctor"], { env });
    expect(shown.stdout).not.toContain("\u001b");
  });

  test("a server that never answers", async () => {
    await using place = await createPlace();
    await using silent = await startHttp((_incoming, answer) => answer.socket?.destroy());
    const env = { QIZHI_BASE_URL: `http://127.0.0.1:${silent.port}`, QIZHI_TOKEN: "a-token" };
    const { code, checks } = await examine(place, { env });
    expect(code).toBe(3);
    expect(checks["answer"]).toMatchObject({ state: "fail" });
  });

  test("a clock that is wrong", async () => {
    await using place = await createPlace();
    const early = new Date(Date.now() - 3_600_000).toUTCString();
    await using server = await startHttp((_incoming, answer) => {
      answer.writeHead(200, { date: early, "content-type": "application/json" });
      answer.end(JSON.stringify({ code: -1, message: "no token" }));
    });
    const env = { QIZHI_BASE_URL: `http://127.0.0.1:${server.port}` };
    const { checks } = await examine(place, { env });
    expect(checks["clock"]).toMatchObject({ state: "note" });
    expect(checks["clock"]?.detail).toMatch(/this machine is (1h 00m|59m 5\ds) ahead/);
    expect(checks["clock"]?.next).toContain("NTP");
  });

  test("the proxy in force, and hides its credentials", async () => {
    await using platform = await startLocalPlatform();
    await using place = await createPlace(platform);
    const identity = createIdentity("platform.test");
    await using front = await startHttps(identity, forwardTo(platform.url));
    await using proxy = await startConnectProxy(front.port);
    const ca = join(place.dir, "ca.pem");
    await writeFile(ca, identity.cert);
    const env = {
      QIZHI_BASE_URL: "https://platform.test",
      QIZHI_CA_FILE: ca,
      HTTPS_PROXY: `http://user:proxy-password@127.0.0.1:${proxy.port}`,
    };
    const { code, checks, text } = await examine(place, { env });
    expect(code).toBe(0);
    expect(checks["proxy"]?.detail).toBe(`http://***@127.0.0.1:${proxy.port} (HTTPS_PROXY)`);
    expect(checks["tcp"]?.detail).toContain(`the proxy 127.0.0.1:${proxy.port} is open`);
    expect(text).not.toContain("proxy-password");
    const basic = Buffer.from("user:proxy-password").toString("base64");
    const asked = { target: "platform.test:443", authorization: `Basic ${basic}` };
    expect(proxy.connects).toContainEqual(asked);
    const wrong = { ...env, HTTPS_PROXY: "gopher://user:proxy-password@127.0.0.1:1" };
    const refused = await examine(place, { env: wrong });
    expect(refused.code).toBe(2);
    expect(refused.checks["proxy"]).toMatchObject({ state: "fail" });
    expect(refused.text).not.toContain("proxy-password");
    const past = await examine(place, { env: { ...env, NO_PROXY: ".test" } });
    expect(past.checks["proxy"]?.detail).toContain("NO_PROXY: .test");
  });

  test("files that others can read, and folders that cannot be written", async () => {
    await using platform = await startLocalPlatform({ commands: "skip", stages: 0 });
    await using place = await createPlace();
    await logIn(place, platform);
    await place.run(["submit", await writeSpec(place)]);
    await chmod(join(place.stateDir, "journal.jsonl"), 0o644);
    await chmod(join(place.configDir, "accounts", "local.json"), 0o640);
    const { code, checks } = await examine(place);
    expect(code).toBe(2);
    expect(checks["state"]).toMatchObject({ state: "note" });
    expect(checks["config"]).toMatchObject({ state: "fail" });
    const blocked = join(place.dir, "blocked");
    await writeFile(blocked, "");
    const env = { QIZHI_STATE_DIR: blocked };
    const unwritable = await examine(place, { env });
    expect(unwritable.code).toBe(2);
    expect(unwritable.checks["state"]?.next).toContain("QIZHI_STATE_DIR");
  });

  test("what was submitted with an unknown outcome", async () => {
    await using platform = await startLocalPlatform({ commands: "skip", stages: 0 });
    await using place = await createPlace(platform);
    platform.setFaults([{ operation: "create", fault: { kind: "reset", effect: true } }]);
    await place.run(["submit", await writeSpec(place)]);
    const { checks } = await examine(place);
    expect(checks["state"]).toMatchObject({ state: "note", next: "qizhi list --unresolved" });
  });

  test("half a login, a wrong base URL, and Node's own certificate variables", async () => {
    await using place = await createPlace();
    const half = await examine(place, { env: { QIZHI_PASSWORD: "secret-password" } });
    expect(half.code).toBe(2);
    expect(half.text).not.toContain("secret-password");
    const wrong = await examine(place, { env: { QIZHI_BASE_URL: "https://u:secret@h.test" } });
    expect(wrong.code).toBe(2);
    expect(wrong.text).not.toContain("secret");
    const folder = join(place.dir, "certs");
    await mkdir(folder);
    await writeFile(join(folder, "extra.pem"), createIdentity("x.test").cert);
    const extra = await examine(place, {
      env: {
        NODE_EXTRA_CA_CERTS: join(folder, "extra.pem"),
        QIZHI_BASE_URL: "http://127.0.0.1:1",
      },
    });
    expect(extra.checks["ca"]).toMatchObject({ state: "note" });
    expect(extra.checks["ca"]?.detail).toContain("about 50 ms slower");
  });
});
