import { expect, test } from "vitest";
import { classifyStatus, isStopping, statusClasses, toKnownStatus } from "./phase.ts";

test.each(Object.entries(statusClasses))("%s is classed, whatever its case", (status, expected) => {
  expect(classifyStatus(status)).toBe(expected);
  expect(classifyStatus(` ${status.toUpperCase()} `)).toBe(expected);
});

test.each([
  undefined,
  "",
  "job_hibernating",
  "queue",
  "not succeeded",
  "job_succeeded_soon",
  "完成失败",
  "job",
  `job_${"_".repeat(200)}failed`,
  "job_queue_out_later",
  "toString",
  "__proto__",
  "constructor",
])("%j is unknown and active", (status) => {
  expect(classifyStatus(status)).toEqual({
    phase: "unknown",
    isTerminal: false,
    holdsNodes: false,
  });
});

test.each([
  ["SUCCEEDED", "job_succeeded"],
  ["Completed", "job_succeeded"],
  ["job_completed", "job_succeeded"],
  ["success", "job_succeeded"],
  ["FAILED", "job_failed"],
  ["CREATE_FAILED", "job_create_failed"],
  ["pre_check_failed", "job_pre_check_failed"],
  ["QUEUE_OUT", "job_queue_out"],
  ["STOPPED", "job_stopped"],
  ["CANCELLED", "job_stopped"],
  ["canceled", "job_stopped"],
  ["job_cancelled", "job_stopped"],
  ["job_deleted", "job_stopped"],
  ["Running", "job_running"],
  ["STOPPING", "job_stopping"],
  ["restarting", "job_restarting"],
  ["PENDING", "job_queuing"],
  ["job_queued", "job_queuing"],
  ["QUEUEING", "job_queuing"],
  ["job_starting", "job_creating"],
  ["job_pulling_image", "job_creating"],
  ["job_failed_retaining", "job_fail_reserving"],
  ["SUCCEEDED_RETAINING", "job_success_reserving"],
  ["Job-Succeeded", "job_succeeded"],
  ["JobQueueOut", "job_queue_out"],
  ["运行中", "job_running"],
  ["已成功", "job_succeeded"],
  ["失败", "job_failed"],
  ["失败保留中", "job_fail_reserving"],
  ["排队超时", "job_queue_out"],
])("%s is %s in other words", (status, name) => {
  expect(toKnownStatus(status)).toBe(name);
  expect(classifyStatus(status)).toBe(statusClasses[name]);
});

test("nodes are held in the reserving states only", () => {
  const holding = Object.entries(statusClasses).filter(([, { holdsNodes }]) => holdsNodes);
  expect(holding.map(([status]) => status)).toEqual([
    "job_success_reserving",
    "job_fail_reserving",
  ]);
});

test.each([
  ["job_stopping", true],
  ["STOPPING", true],
  ["Job-Stopping", true],
  ["cancelling", true],
  ["canceling", true],
  ["停止中", true],
  ["job_stopped", false],
  ["已停止", false],
  ["job_running", false],
  [undefined, false],
])("a job that is %j is stopping: %s", (status, expected) => {
  expect(isStopping(status)).toBe(expected);
});
