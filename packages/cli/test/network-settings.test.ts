import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startLocalPlatform } from "@qizhi/core/local";
import { describe, expect, test } from "vitest";
import { createPlace } from "./run-cli.ts";
import { writeSpec } from "./write-spec.ts";

const login = {
  QIZHI_BASE_URL: "https://qz.platform.test",
  QIZHI_USERNAME: "ann",
  QIZHI_PASSWORD: "secret",
};

describe("a setting of the network that cannot be used", () => {
  test.each([
    [{ HTTPS_PROXY: "socks4://x:1" }, "its scheme is none of"],
    [{ HTTPS_PROXY: "http://me:p@ss:w/rd@host:1" }, "@ is %40"],
    [{ HTTPS_PROXY: '"http://host:1"' }, "it has quotes around it"],
    [{ QIZHI_CA_FILE: "/nowhere/ca.pem" }, "there is no such file"],
    [{ NODE_TLS_REJECT_UNAUTHORIZED: "0" }, "would let anybody in between read the password"],
  ])("%o is wrong input: exit code 2, once, for each command", async (setting, words) => {
    await using place = await createPlace();
    const spec = await writeSpec(place);
    const jobId = "job-00000000-0000-4000-8000-000000000000";
    for (const args of [
      ["submit", spec],
      ["wait", jobId],
      ["stop", jobId, "--yes"],
    ]) {
      const run = await place.run([...args, "--json"], { env: { ...login, ...setting } });
      expect([args[0], run.code]).toEqual([args[0], 2]);
      expect(run.stdout + run.stderr).toContain(words);
      expect(run.stdout + run.stderr).not.toContain("w/rd");
    }
    const chinese = await place.run(["submit", spec, "--lang", "zh"], {
      env: { ...login, ...setting },
    });
    expect(chinese.stderr).toMatch(/[\u4e00-\u9fff]/);
    const doctor = await place.run(["doctor"], { env: { ...login, ...setting } });
    expect(doctor.stdout).toContain("✖");
  });

  test("is named by login before it asks for a password", async () => {
    await using place = await createPlace();
    const run = await place.run(["login", "--password-stdin"], {
      env: { ...login, QIZHI_PASSWORD: undefined, NODE_TLS_REJECT_UNAUTHORIZED: "0" },
      stdin: "secret",
    });
    expect(run.code).toBe(2);
    expect(run.stderr).toContain("NODE_TLS_REJECT_UNAUTHORIZED=0");
  });
});

test("a file in DER form is named with the command that converts it", async () => {
  await using platform = await startLocalPlatform();
  await using place = await createPlace(platform);
  const file = join(place.dir, "ca.p12");
  await writeFile(file, Buffer.of(0x30, 0x82, 0, 0));
  const { stdout } = await place.run(["doctor"], { env: { QIZHI_CA_FILE: file } });
  expect(stdout.replaceAll(/\s+/g, " ")).toContain("openssl pkcs12 -in FILE -nokeys -out ca.pem");
});

test("a name that is not known here is reported with socks5h, where a proxy of SOCKS is set", async () => {
  await using place = await createPlace();
  const env = { ...login, QIZHI_BASE_URL: "https://qz.invalid", ALL_PROXY: "socks5://127.0.0.1:9" };
  const run = await place.run(["submit", await writeSpec(place), "--request-timeout", "10s"], {
    env,
  });
  expect(run.code).toBe(3);
  expect(run.stderr).toContain("socks5h");
});
