import { formatDuration } from "@qizhi/core";

const units: Readonly<Record<string, string>> = {
  ms: "毫秒",
  s: "秒",
  m: "分",
  h: "小时",
  d: "天",
};

/** A duration as Chinese readers write it: `11 秒`, `1 分 38 秒`, `2 小时 7 分`. */
export function toChineseDuration(ms: number): string {
  return inChinese(formatDuration(ms));
}

/** A duration that was written in short units, such as `1m 38s`. */
export function inChinese(duration: string): string {
  const parts = [...duration.matchAll(/(\d+) ?([a-z]+)/g)];
  return parts.map(([, count, unit]) => `${Number(count)} ${units[unit!] ?? unit}`).join(" ");
}
