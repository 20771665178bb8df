import { formatDuration } from "@qizhi/core";

const units: Readonly<Record<string, string>> = {
  ms: "毫秒",
  s: "秒",
  m: "分",
  h: "小时",
  d: "天",
};

/** A duration as Chinese readers write it: `11 秒`, `1 分 38 秒`, `2 小时 7 分`, `10 分钟`. */
export function toChineseDuration(ms: number): string {
  return inChinese(formatDuration(ms));
}

/** A duration that was written in short units, such as `1m 38s`. */
export function inChinese(duration: string): string {
  const parts = [...duration.matchAll(/(\d+) ?([a-z]+)/g)];
  const said = parts.filter(([, count], at) => at === 0 || Number(count) > 0);
  const words = said.length === 1 ? { ...units, m: "分钟" } : units;
  return said.map(([, count, unit]) => `${Number(count)} ${words[unit!] ?? unit}`).join(" ");
}
