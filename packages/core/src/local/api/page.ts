import { escapeHtml } from "../../text/markup.ts";
import { closeSync, constants, fstatSync, readSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { dirname } from "node:path";
import { logFolderHeader } from "../../logs/source.ts";
import { openPrivateFile } from "../../journal/private-file.ts";
import { toDetail } from "./answer.ts";
import { mostNodes } from "../jobs/job-record.ts";
import type { PlatformParts } from "./operations.ts";
import type { Reply } from "../faults/reply.ts";

const pagePath = "/jobs/distributedTrainingDetail/";
const shownLogBytes = 64 * 1024;

const headers = {
  "content-type": "text/html; charset=utf-8",
  // The page shows text of jobs: nothing in it may run or load.
  "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'",
  "x-content-type-options": "nosniff",
};

/** The page of a job at the path that its web link has (wire 4); `undefined` for any other request. */
export function toJobPage(
  request: IncomingMessage,
  path: string,
  parts: PlatformParts,
): Reply | undefined {
  if (request.method !== "GET" && request.method !== "HEAD") return undefined;
  // A page of another site that points its own name at 127.0.0.1 must not read jobs.
  const isLocalHost = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(request.headers.host ?? "");
  if (!path.startsWith(pagePath) || !isLocalHost) return undefined;
  const job = parts.table.get(path.slice(pagePath.length));
  if (!job) return undefined;
  const detail = toDetail(job, parts.lifecycle.explain(job), parts.settings.wire);
  const logs = Array.from({ length: Math.min(mostNodes, job.request.nodes) }, (_, node) => {
    const file = parts.logFile(job.jobId, node);
    return `<h2>worker-${node}</h2><p>${escapeHtml(file)}</p><pre>${escapeHtml(readTail(file))}</pre>`;
  });
  const title = escapeHtml(`${job.request.name} · ${String(detail["status"])}`);
  const body = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${title}</title>
<style>body{font:14px/1.5 sans-serif;margin:2em;max-width:70em}pre{background:#f4f4f4;padding:1em;overflow:auto}</style>
</head><body><h1>${title}</h1><p>Local platform: this job runs on this machine, not on Qizhi.</p>
<pre>${escapeHtml(JSON.stringify(detail, undefined, 2))}</pre>${logs.join("\n")}</body></html>
`;
  const folder = encodeURIComponent(dirname(parts.logFile(job.jobId, 0)));
  return { status: 200, headers: { ...headers, [logFolderHeader]: folder }, body };
}

function readTail(file: string): string {
  let descriptor;
  try {
    descriptor = openPrivateFile(file, constants.O_RDONLY);
  } catch {
    return "(no log yet)";
  }
  try {
    const { size } = fstatSync(descriptor);
    const length = Math.min(size, shownLogBytes);
    const buffer = Buffer.alloc(length);
    const count = readSync(descriptor, buffer, 0, length, size - length);
    return buffer.subarray(0, count).toString();
  } finally {
    closeSync(descriptor);
  }
}
