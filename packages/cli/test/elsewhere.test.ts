import { startLocalPlatform } from "@qizhi/core/local";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { logIn } from "./log-in.ts";
import { createPlace, type Place } from "./run-cli.ts";
import { toSpec } from "./write-spec.ts";

// One history, and two platforms that are logged in to: commands are about the first, the default.
const stages = { queuingMs: 600_000 };
const here = await startLocalPlatform({ stages });
const elsewhere = await startLocalPlatform({ stages });
let place: Place;
/** What was submitted to each, the job before the sweep. */
const made = {
  here: { job: "", sweep: "" },
  elsewhere: { job: "", sweep: "" },
};

beforeAll(async () => {
  place = await createPlace();
  await logIn(place, here, ["--account", "one"]);
  await logIn(place, elsewhere, ["--account", "two"]);
  await place.run(["accounts", "one"]);
  for (const [name, account] of [
    ["here", "one"],
    ["elsewhere", "two"],
  ] as const) {
    const job = toSpec({ name: `job-${name}`, command: "true" });
    const matrix = { n: ["1", "2"] };
    const sweep = { ...job, name: `sweep-${name}`, command: "echo {{ matrix.n }}", matrix };
    for (const [file, spec] of Object.entries({ job, sweep })) {
      await writeFile(join(place.dir, `${file}.json`), JSON.stringify(spec));
      const run = await place.run(["submit", `${file}.json`, "--account", account, "--json"]);
      expect(run.code, run.stderr).toBe(0);
      const { job_id: jobId, sweep: sweepId } = JSON.parse(run.stdout);
      if (file === "job") made[name].job = jobId;
      else made[name].sweep = sweepId;
    }
  }
}, 60_000);

afterAll(async () => {
  await place[Symbol.asyncDispose]();
  await Promise.all([here.dispose(), elsewhere.dispose()]);
});

test("the completion offers what is on the platform that the words before name, and says what @last is", async () => {
  const ask = async (...words: string[]) => {
    const { stdout } = await place.run(["__complete", "fish", ...words, ""]);
    return stdout.trim().split("\n");
  };
  for (const [account, own, other] of [
    ["one", made.here, made.elsewhere],
    ["two", made.elsewhere, made.here],
  ] as const) {
    for (const words of [
      ["status", "--account", account],
      ["status", `--account=${account}`],
    ]) {
      const offered = (await ask(...words)).map((line) => line.split("\t")[0]);
      expect(offered).toEqual(expect.arrayContaining([own.job, own.sweep]));
      expect(offered).not.toContain(other.job);
      expect(offered).not.toContain(other.sweep);
    }
  }
  // The sweep came after the job, and its runs are jobs, too.
  const [ofSeveral] = await ask("status", "--account", "two");
  expect(ofSeveral).toMatch(/^@last\tsweep-elsewhere, /);
  const [ofOne] = await ask("clone", "--account", "two");
  expect(ofOne).toMatch(/^@last\tsweep-elsewhere-n-/);
});

test("what another platform has is refused with the way to it, be it a sweep or a job, by id or by name", async () => {
  const { job, sweep } = made.elsewhere;
  const before = here.requests.length;
  const commands = [
    ["status"],
    ["wait"],
    ["logs"],
    ["rerun"],
    ["rerun", "--failed"],
    ["stop", "--yes"],
  ];
  const ofSweep = commands.flatMap(([command = "", ...flags]) =>
    [sweep, "sweep-elsewhere"].map((reference) => [command, reference, ...flags]),
  );
  const ofJob = [
    ["rerun", job],
    ["diff", made.here.job, job],
    ["note", job, "text"],
    ["status", "job-elsewhere"],
  ];
  for (const [kind, all] of [
    ["sweep", ofSweep],
    ["job", ofJob],
  ] as const) {
    for (const args of all) {
      const run = await place.run(args);
      expect([run.code, run.stdout], args.join(" ")).toEqual([2, ""]);
      expect(run.stderr).toContain(
        `is a ${kind} of ${elsewhere.url}; give --base-url ${elsewhere.url} or its account.`,
      );
    }
  }
  expect(here.requests).toHaveLength(before);
  const there = await place.run(["status", sweep, "--account", "two", "--json"]);
  expect(JSON.parse(there.stdout), there.stderr).toMatchObject({ sweep });
}, 60_000);

test("sweeps are listed of the platform that an address, an account or QIZHI_ACCOUNT names, and else of all", async () => {
  const all = [made.elsewhere.sweep, made.here.sweep];
  for (const [flags, env, sweeps] of [
    [[], {}, all],
    [["--base-url", elsewhere.url], {}, [made.elsewhere.sweep]],
    [["--account", "two"], {}, [made.elsewhere.sweep]],
    [["--account", "one"], {}, [made.here.sweep]],
    [[], { QIZHI_ACCOUNT: "two" }, [made.elsewhere.sweep]],
    [["--offline"], { QIZHI_ACCOUNT: "one" }, [made.here.sweep]],
  ] as const) {
    const run = await place.run(["list", "--sweeps", "--json", ...flags], { env });
    const found = JSON.parse(run.stdout).map(({ sweep }: { sweep: string }) => sweep);
    expect(found, run.stderr).toEqual(sweeps);
  }
}, 60_000);

test("@last is of the command's platform for every command, also where only a sweep can be meant", async () => {
  const [mine, other] = [made.here, made.elsewhere];
  const report = await place.run(["report", "@last", "--offline"]);
  expect([report.code, report.stdout], report.stderr).toEqual([0, `${mine.sweep}.html\n`]);
  const there = await place.run(["report", "@last", "--account", "two"]);
  expect([there.code, there.stdout], there.stderr).toEqual([0, `${other.sweep}.html\n`]);
  const offline = ["--offline", "--account", "two", "--force"];
  const again = await place.run(["report", "@last", ...offline]);
  expect([again.code, again.stdout], again.stderr).toEqual([0, `${other.sweep}.html\n`]);
  const show = await place.run(["sweep", "show", "@last", "--json"]);
  expect(JSON.parse(show.stdout), show.stderr).toMatchObject({ sweep: mine.sweep });
  const forget = async (...flags: string[]) => {
    const run = await place.run(["forget", "@last", ...flags]);
    return [run.code, run.stderr.trim()];
  };
  const forgot = (sweep: string) => `Forgot ${sweep}. Its jobs are left as they are.`;
  expect(await forget()).toEqual([0, forgot(mine.sweep)]);
  expect(await forget("--account", "two")).toEqual([0, forgot(other.sweep)]);
  // By its id it can be of any platform.
  const byId = await place.run(["forget", other.job, "--json"]);
  expect(JSON.parse(byId.stdout)).toEqual({ forgot: [{ job_id: other.job }] });
}, 60_000);

test("the commands that a submit prints work as they are printed, whatever flag chose its platform", async () => {
  for (const flags of [
    ["--account", "two"],
    ["--base-url", elsewhere.url],
  ]) {
    const spec = toSpec({ name: `next-${flags[1]?.length}`, command: "true" });
    await writeFile(join(place.dir, "next.json"), JSON.stringify(spec));
    const submit = await place.run(["submit", "next.json", ...flags]);
    const jobId = submit.stdout.trim();
    const said = ["wait", "stop"].map((command) => [command, jobId, ...flags]);
    for (const [name = "", ...words] of said) {
      expect(submit.stderr, submit.stdout).toContain(`qizhi ${[name, ...words].join(" ")}\n`);
      const run = await place.run([name, ...words, name === "stop" ? "--yes" : "--timeout=0s"]);
      expect(run.code, run.stderr).toBe(name === "stop" ? 0 : 4);
    }
  }
}, 60_000);

test("a username that is given beside a password of the environment is repeated in what is printed", async () => {
  const { username, password } = elsewhere.credentials;
  const flags = ["--base-url", elsewhere.url, "--username", username];
  const env = { QIZHI_PASSWORD: password, QIZHI_ACCOUNT: "one" };
  const spec = toSpec({ name: "next-username", command: "true" });
  await writeFile(join(place.dir, "next.json"), JSON.stringify(spec));
  const submit = await place.run(["submit", "next.json", ...flags], { env });
  expect(submit.stderr).toContain(`qizhi wait ${submit.stdout.trim()} ${flags.join(" ")}\n`);
});

test("the warning of a login that expires names the login that the command was given", async () => {
  const spec = toSpec({ name: "next-login", command: "true" });
  await writeFile(join(place.dir, "next.json"), JSON.stringify(spec));
  const args = ["submit", "next.json", "--wait", "--account", "two", "--queue-timeout", "1s"];
  const { stderr } = await place.run([...args, "--timeout", "90d"]);
  expect(stderr).toContain("The job goes on then: qizhi login --account two, and wait again.");
});

test("what is printed of logs elsewhere and of a create of unknown outcome names the account, and works", async () => {
  const lost = { operation: "create", calls: [2], fault: { kind: "reset", effect: true } } as const;
  await using platform = await startLocalPlatform({
    stages: { queuingMs: 600_000 },
    faults: [lost],
  });
  await using own = await createPlace();
  await logIn(own, platform, ["--account", "lab"]);
  const log = { command: "true", log_dir: "/proc/none/logs" };
  await writeFile(join(own.dir, "logged.json"), JSON.stringify(toSpec({ name: "logged", ...log })));
  const submit = (file: string) => own.run(["submit", file, "--account", "lab"]);
  const jobId = (await submit("logged.json")).stdout.trim();
  const logs = await own.run(["logs", jobId, "--account", "lab"]);
  expect(logs.stderr).toContain(
    `such as a notebook: qizhi logs ${jobId} --account lab --via <host>`,
  );
  const sweep = toSpec({ name: "lr", command: "echo {{ matrix.n }}", matrix: { n: ["1", "2"] } });
  await writeFile(join(own.dir, "lr.json"), JSON.stringify(sweep));
  const { stderr } = await submit("lr.json");
  const [, words = "", attempt = ""] = /qizhi (track .*)<job-id> --for (\w+)/.exec(stderr) ?? [];
  expect(words, stderr).toBe("track --account lab ");
  const settle = "There: qizhi track --account lab <job-id> --for <attempt>.";
  for (const command of [["stop", "--yes"], ["forget"]]) {
    const run = await own.run([...command, "lr", "--account", "lab"]);
    expect(run.stderr).toContain(settle);
  }
  const found = platform.jobs()[1]?.jobId ?? "";
  // Without the account the command is about another platform, and says the way to this one.
  const astray = await own.run(["track", found, "--for", attempt, "--base-url", here.url], {
    env: { QIZHI_TOKEN: "any" },
  });
  expect(astray).toMatchObject({ code: 2, stderr: expect.stringContaining(platform.url) });
  expect(astray.stderr).toContain(`give --base-url ${platform.url} or its account.`);
  const settled = await own.run([...words.trim().split(" "), found, "--for", attempt]);
  expect(settled).toMatchObject({ code: 0, stderr: expect.stringContaining(`it made ${found}`) });
});
