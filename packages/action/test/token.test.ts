import { type Fault, startLocalPlatform } from "@qizhi/core/local";
import { describe, expect, test } from "vitest";
import { countOf, longJob, runBundle, toLogin } from "./bundle.ts";

const next = [...Array.from({ length: 6 }, () => "job_running"), "job_succeeded"];

describe.concurrent("the access token", () => {
  test("is asked for once in a run", async () => {
    await using platform = await startLocalPlatform({ stages: 20 });
    await runBundle(platform);
    expect(countOf(platform, "token")).toBe(1);
  });

  test.for([
    { kind: "token-refused" },
    { kind: "token-refused", status: 401 },
    { kind: "token-refused", status: 403 },
    { kind: "login-redirect" },
  ] as const)("refused in mid-wait by %j is renewed once", async (fault) => {
    const faults: Fault[] = [{ operation: "detail", calls: [3], fault }];
    await using platform = await startLocalPlatform({
      jobs: [{ status: "job_running", next }],
      faults,
    });
    const inputs = { "job-id": platform.jobs()[0]?.jobId ?? "" };
    const result = await runBundle(platform, { inputs });
    expect(result).toMatchObject({ conclusion: "success", sent: { error: 0 } });
    expect(countOf(platform, "token")).toBe(2);
  });

  test.for(["string", "number"] as const)(
    "with expires_in as a %s is renewed before it lapses",
    async (expiresIn) => {
      await using platform = await startLocalPlatform({
        tokenTtlMs: 2_000,
        wire: { expiresIn },
        jobs: [{ status: "job_running", next: Array.from({ length: 30 }, () => "job_running") }],
      });
      const inputs = { "job-id": platform.jobs()[0]?.jobId ?? "", timeout: "5s" };
      const result = await runBundle(platform, { inputs });
      expect(result.outputs["status"]).toBe("job_running");
      expect(countOf(platform, "token")).toBeGreaterThan(1);
      const refused = platform.requests.filter(({ code }) => code === -1);
      expect(refused).toEqual([]);
    },
  );

  test("refused for good ends the step in a few requests", async () => {
    const faults: Fault[] = [
      { operation: "detail", calls: { from: 2 }, fault: { kind: "token-refused" } },
    ];
    await using platform = await startLocalPlatform({ stages: 50, faults });
    const result = await runBundle(platform, {
      inputs: longJob,
    });
    expect(result.outputs["outcome"]).toBe("error");
    expect(result.annotations.at(-1)).toMatchObject({
      level: "error",
      title: "Qizhi: No access to the platform",
    });
    expect(platform.requests.length).toBeLessThan(20);
  });

  test("a wrong password is tried once, and the reason is told", async () => {
    await using platform = await startLocalPlatform();
    const result = await runBundle(platform, { inputs: { password: "wrong-password" } });
    expect(platform.requests).toHaveLength(1);
    expect(result.annotations[0]?.message).toMatch(/invalid_grant[^]*OpenAPI is not enabled/);
  });

  test("alone, without a login, is used as it is; expired it says what to do", async () => {
    await using platform = await startLocalPlatform({ stages: 20 });
    const { "base-url": baseUrl = "", ...login } = toLogin(platform);
    const response = await fetch(`${baseUrl}/auth/token`, {
      method: "POST",
      body: JSON.stringify(login),
    });
    const { data } = Object(await response.json());
    const noLogin = { username: "", password: "" };
    const good = await runBundle(platform, { inputs: { ...noLogin, token: data.access_token } });
    expect(good.conclusion).toBe("success");
    const bad = await runBundle(platform, { inputs: { ...noLogin, token: "not-a-token" } });
    expect(bad.annotations[0]?.message).toMatch(/not accepted[^]*give a new token/);
    expect(countOf(platform, "token")).toBe(1);
  });

  test("that may end before the wait is warned of, unless a login renews it", async () => {
    await using platform = await startLocalPlatform({ stages: 20, commands: "skip" });
    const exp = Math.floor(Date.now() / 1_000) + 1_800;
    const token = `e30.${Buffer.from(JSON.stringify({ exp })).toString("base64url")}.sig`;
    const noLogin = { username: "", password: "" };
    const warningsOf = async (inputs: Record<string, string>) => {
      const { annotations } = await runBundle(platform, { inputs: { token, ...inputs } });
      const texts = annotations.flatMap(({ level, message }) =>
        level === "warning" ? message : [],
      );
      return texts.filter((text) => text.includes("token ends at"));
    };
    expect(await warningsOf(noLogin)).toEqual([
      expect.stringMatching(
        /^token ends at \d{4}-\d\d-\d\d \d\d:\d\d \(UTC\S+\), .*nor stop it at a cancel. Give username and password/,
      ),
    ]);
    expect(await warningsOf({ ...noLogin, timeout: "5m" })).toEqual([]);
    expect(await warningsOf({ ...noLogin, wait: "false" })).toEqual([]);
    expect(await warningsOf({ ...noLogin, "max-running-time": "10m" })).toEqual([]);
    expect(await warningsOf({})).toEqual([]);
  });
});
