import { readdirSync, readFileSync } from "node:fs";

/** The ids of living processes whose command line holds a text. Linux only. */
export function findProcesses(text: string): number[] {
  return readdirSync("/proc")
    .map(Number)
    .filter((id) => Number.isInteger(id) && isLiving(id, text));
}

function isLiving(id: number, text: string): boolean {
  try {
    const isZombie = /\) Z /.test(readFileSync(`/proc/${id}/stat`, "latin1"));
    return !isZombie && readFileSync(`/proc/${id}/cmdline`, "latin1").includes(text);
  } catch {
    return false;
  }
}
