import type { Job } from "../schemas/job.ts";

/**
 * The priority that the platform keeps a job with, 1 to 10 (wire 3.4): by its name, else by its weight.
 * `task_priority` says nothing about it (wire 2.2). Its level is in the platform's words; text from outside.
 */
export function readPriority({ priority, priority_name, priority_level }: Job) {
  const name = /^(?:[1-9]|10)$/.test(priority_name ?? "") ? Number(priority_name) : undefined;
  const level = typeof priority_level === "string" ? priority_level : undefined;
  return { priority: name ?? fromWeight(Number(priority)), priorityLevel: level || undefined };
}

function fromWeight(weight: number): number | undefined {
  if (weight === 20) return 4;
  if (weight >= 11 && weight <= 13) return weight - 10;
  return weight >= 30 && weight <= 35 ? weight - 25 : undefined;
}

/** Whether the platform keeps a job with a lower priority than was asked for (wire 3.4). */
export function isLowered({ priority }: { priority: number | undefined }, asked: unknown): boolean {
  return priority !== undefined && typeof asked === "number" && asked > priority;
}
