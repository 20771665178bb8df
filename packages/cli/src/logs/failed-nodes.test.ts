import { createClient } from "@qizhi/core";
import { openJournal } from "@qizhi/core/journal";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { startHttp } from "../../../core/src/transport/connection/test-servers.fixture.ts";
import type { Connection } from "../terminal/connection.ts";
import { toSeenJob } from "../view/job-output.ts";
import { readFailures } from "./failed-nodes.ts";

const dir = mkdtempSync(join(tmpdir(), "qizhi-failures-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

test("logs that nobody gives are waited for until the signal, and for one time of all jobs", async () => {
  const left = new AbortController();
  // Leaves what it is asked without an answer, and the first time the reader goes.
  await using server = await startHttp(() => left.abort());
  const baseUrl = `http://127.0.0.1:${server.port}`;
  const connection: Connection = {
    client: createClient({ baseUrl, credentials: { username: "demo", password: "x" } }),
    journal: openJournal({ dir }),
    keepsJobs: true,
    dispose: async () => {},
  };
  const jobs = ["1", "2", "3"].map((job) => ({ job_id: `job-${job}`, status: "job_failed" }));
  const seen = jobs.map((job) => toSeenJob(connection, job));
  const startedAt = performance.now();
  expect(await readFailures(connection, seen, new Map(), { signal: left.signal })).toEqual(
    new Map(),
  );
  expect(await readFailures(connection, seen, new Map(), { mostMs: 20 })).toEqual(new Map());
  expect(performance.now() - startedAt).toBeLessThan(4_000);
});
