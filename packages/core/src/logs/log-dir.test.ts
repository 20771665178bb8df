import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { openClient, openPlatform, spec as minimal } from "../client/client.fixture.ts";
import { submitRecorded } from "../client/submit-recorded.ts";
import { jobUrl } from "../jobs/job-id.ts";
import { specFingerprint } from "../journal/fingerprint.ts";
import { openJournal } from "../journal/journal.ts";
import { parseJobSpec } from "../spec/parse.ts";
import { readFailedNode, readLogs } from "./read-logs.ts";
import { findLogFolder } from "./wrapper.ts";
import { findShells } from "./shells.fixture.ts";
import { findLocalLogFolder, openFolder } from "./source.ts";

const root = mkdtempSync(join(tmpdir(), "qizhi-log-dir-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const logDir = join(root, "logs");

/** A command whose second node fails, once what the first prints is in its log. */
function secondFails(dir: string): string {
  return `echo "out $RANK"; [ "$RANK" = 1 ] || exec sleep 60
until grep -qs out '${dir}'/*/0.*.log; do sleep 0.02; done; echo boom >&2; exit 7`;
}

/** Runs a job of two nodes with its record, to its end. */
async function run(command: string, fields: object = {}) {
  const platform = await openPlatform({ commands: "run" });
  const client = openClient(platform);
  const journal = openJournal({ dir: join(root, "journal") });
  const framework_config = [{ ...minimal.framework_config[0]!, instance_count: 2 }];
  const spec = parseJobSpec({ ...minimal, command, framework_config, ...fields });
  const sent = await submitRecorded({ client, journal }, spec, { again: true });
  if (sent.result !== "created") throw sent.error;
  const { job_id: jobId } = sent.job;
  await platform.waitForStatus(jobId, "job_failed", "job_succeeded");
  const job = await client.getJob(jobId);
  const attempt = journal.read([jobId]).jobs[0]?.attempt;
  const body = JSON.parse(platform.requests.find((r) => r.operation === "create")?.body ?? "");
  return { platform, spec, job, attempt, body };
}

async function readAll(folder: string): Promise<string[]> {
  const lines: string[] = [];
  for await (const chunk of readLogs(openFolder(folder), { allRounds: true })) {
    lines.push(...chunk.lines.map((line) => `${chunk.run.node}/${chunk.run.round} ${line}`));
  }
  return lines;
}

test("a job with log_dir keeps the output and the exit code of each node, found by record or command", async () => {
  const command = secondFails(logDir);
  const { job, attempt, body, spec } = await run(command, { log_dir: `${logDir}/` });
  const folder = join(logDir, attempt!.id);
  expect([findLogFolder(job), findLogFolder(undefined, attempt)]).toEqual([folder, folder]);
  expect(await readAll(folder)).toEqual(["0/1 out 0", "1/1 out 1", "1/1 boom"]);
  expect(await readFailedNode(openFolder(folder), 1)).toMatchObject({
    run: { node: "1" },
    exitCode: 7,
    lines: ["boom"],
  });
  // The record has the command as it was given, and the wrapped one is no other job.
  expect([attempt?.spec["command"], body.log_dir]).toEqual([command, undefined]);
  expect(attempt?.fingerprint).toBe(specFingerprint({ ...spec, log_dir: undefined }));
});

test("under dash, bash and busybox ash the logs of both nodes are kept, and what failed first is found", async () => {
  for (const { folder, isHere } of findShells(root)) {
    if (!isHere) continue;
    const envs = { PATH: `${folder}${delimiter}${process.env["PATH"]}` };
    const dir = join(folder, "logs");
    const { attempt } = await run(secondFails(dir), { log_dir: dir, envs });
    const kept = join(dir, attempt!.id);
    expect(await readAll(kept)).toEqual(["0/1 out 0", "1/1 out 1", "1/1 boom"]);
    expect(await readFailedNode(openFolder(kept), 1)).toMatchObject({
      run: { node: "1" },
      exitCode: 7,
      lines: ["boom"],
    });
  }
});

test("three rounds under fault tolerance leave three files a node, and nothing in them is cut", async () => {
  const dir = join(root, "rounds");
  // The second node ends the round, once the first has all of its own in its file of this round.
  const command = `count=$(ls '${dir}'/*/"$RANK".*.log | wc -l)
seq -f "round $count of node $RANK, line %g" 2000; echo "end $count"
[ "$RANK" = 1 ] || exec sleep 60
until [ "$(cat '${dir}'/*/0.*.log | grep -c '^end')" = "$count" ]; do sleep 0.02; done; exit 1`;
  const { attempt } = await run(command, {
    log_dir: dir,
    auto_fault_tolerance: true,
    fault_tolerance_max_retry: 2,
    fault_tolerance_retry_interval_sec: 0,
  });
  const folder = join(dir, attempt!.id);
  const logs = readdirSync(folder).filter((name) => name.endsWith(".log"));
  expect(logs.map((name) => name.slice(0, 2)).toSorted()).toEqual([
    "0.",
    "0.",
    "0.",
    "1.",
    "1.",
    "1.",
  ]);
  const toLines = (round: number, node: number) => [
    ...Array.from({ length: 2000 }, (_, at) => `round ${round} of node ${node}, line ${at + 1}`),
    `end ${round}`,
  ];
  const expected = [1, 2, 3].flatMap((round) =>
    [0, 1].flatMap((node) => toLines(round, node).map((line) => `${node}/${round} ${line}`)),
  );
  expect(await readAll(folder)).toEqual(expected);
});

const python = ["python3", "/usr/bin/python3"].find((program) => {
  try {
    const find = "import importlib.util as u, sys; sys.exit(u.find_spec('torch') is None)";
    execFileSync(program, ["-c", find], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
});

test.skipIf(python === undefined)(
  "a real DDP job of two nodes keeps the logs of both",
  { timeout: 300_000 },
  async () => {
    const program = [
      "import os, torch, torch.distributed as dist",
      "from torch.nn.parallel import DistributedDataParallel as DDP",
      "dist.init_process_group('gloo', rank=int(os.environ['RANK']), world_size=int(os.environ['WORLD_SIZE']))",
      "model = DDP(torch.nn.Linear(4, 1)); loss = model(torch.ones(8, 4)).sum(); loss.backward()",
      "total = torch.ones(1); dist.all_reduce(total)",
      "print('rank', dist.get_rank(), 'of', int(total.item()), flush=True); dist.destroy_process_group()",
    ].join("\n");
    const { attempt } = await run(`${python} -c "${program}"`, { log_dir: logDir });
    const lines = await readAll(join(logDir, attempt!.id));
    expect(lines.filter((line) => line.includes("rank"))).toEqual([
      "0/1 rank 0 of 2",
      "1/1 rank 1 of 2",
    ]);
  },
);

test("without log_dir, or with one that is off, the create is what it was", async () => {
  const command = '[ "$RANK" = 0 ] || exec sleep 60; echo here; exit 3';
  for (const fields of [{}, { log_dir: "off" }]) {
    const { body, spec, job, attempt, platform } = await run(command, fields);
    expect(body).toEqual({
      ...minimal,
      command,
      framework_config: expect.anything(),
    });
    expect(body).toEqual(spec);
    expect(findLogFolder(job, attempt)).toBeUndefined();
    // The local platform keeps logs of its own, with the exit code of each node.
    const page = jobUrl(platform.url, job.job_id);
    const folder = await findLocalLogFolder(page);
    expect(readFileSync(join(folder!, "worker-0.log"), "utf8")).toBe("here\n");
    expect(await readFailedNode(openFolder(folder!), 9)).toMatchObject({
      exitCode: 3,
      lines: ["here"],
    });
    expect(await findLocalLogFolder(jobUrl(platform.url, "job-none"))).toBeUndefined();
    expect(await findLocalLogFolder("https://qz.sii.edu.cn/jobs")).toBeUndefined();
  }
});

test("a log_dir that is no absolute path, or has a variable in it, is refused", () => {
  for (const wrong of ["logs", "", "~/logs", "//x", "/a\nb", "/logs/$USER", 3]) {
    expect(() => parseJobSpec({ ...minimal, log_dir: wrong as string })).toThrow("log_dir");
  }
});
