import { type ConnectionError, formatDuration, type InputError } from "@qizhi/core";
import {
  addressTimeoutMs,
  parseJson,
  proxyFor,
  readTitle,
  sayError,
  sayWhy,
  visibleText,
} from "@qizhi/core/internal";
import { lookup } from "node:dns/promises";
import { once } from "node:events";
import { connect as connectTcp, isIP } from "node:net";
import type { Io } from "../terminal/io.ts";
import { type Finding, findingsAbout } from "./finding.ts";
import { type Answer, ask, failureCode, limitMs } from "../access/probe.ts";

const found = findingsAbout("platform");

/** What this machine itself connects to. */
interface Hop {
  readonly host: string;
  readonly port: number;
  readonly isProxy: boolean;
}

/** The first stop on the way: the platform, or the proxy before it. */
function toFirstHop(url: URL, env: Io["env"]): Hop {
  const { server } = proxyFor(url, env);
  if (server !== undefined) return { host: server.host, port: server.port, isProxy: true };
  const port = Number(url.port) || (url.protocol === "https:" ? 443 : 80);
  return { host: url.hostname.replace(/^\[|\]$/g, ""), port, isProxy: false };
}

/** Whether a name can be resolved. */
async function checkName({ host, isProxy }: Hop, t: Io["t"]): Promise<Finding> {
  const shown = visibleText(host);
  if (isIP(host) !== 0) return found("dns", "ok", t.doctor.isAddress(shown));
  try {
    const startedAt = performance.now();
    const addresses = await within(lookup(host, { all: true }));
    const took = formatDuration(performance.now() - startedAt);
    const list = addresses.map(({ address }) => address).join(", ");
    return found("dns", "ok", t.doctor.resolves(shown, list, took));
  } catch (error) {
    const next = isProxy ? t.doctor.fixProxyName : t.doctor.fixName;
    return found("dns", "fail", t.doctor.noName(shown, failureCode(error)), next);
  }
}

/** Whether a port takes connections. */
async function checkPort({ host, port, isProxy }: Hop, t: Io["t"]): Promise<Finding> {
  const where = `${visibleText(host)}:${port}`;
  const startedAt = performance.now();
  const socket = connectTcp({ host, port, autoSelectFamilyAttemptTimeout: addressTimeoutMs });
  try {
    await within(once(socket, "connect"));
    const took = formatDuration(performance.now() - startedAt);
    return found(
      "tcp",
      "ok",
      isProxy ? t.doctor.proxyOpen(where, took) : t.doctor.open(where, took),
    );
  } catch (error) {
    const next = isProxy ? t.doctor.fixProxyPort : t.doctor.fixPort;
    return found("tcp", "fail", t.doctor.closed(where, failureCode(error)), next);
  } finally {
    socket.destroy();
  }
}

async function within<Value>(work: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("TIMEOUT")), limitMs);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}

// Clocks further apart than this make logs hard to read and short-lived tokens unreliable.
const skewMs = 60_000;

/** How far the way to the platform is open. */
interface Way {
  readonly findings: readonly Finding[];
  /** The proxy's own failure, which replaces the finding of the settings. */
  readonly proxy?: Finding;
  /** Whether the platform itself has answered, over a connection that secrets may use. */
  readonly isOpen: boolean;
}

/** Walks the way to the platform step by step, and sends it one call without any login. */
export async function checkWay(baseUrl: string, io: Io): Promise<Way> {
  const { env, t } = io;
  const url = new URL(baseUrl);
  const hop = toFirstHop(url, env);
  const dns = await checkName(hop, t);
  if (dns.state === "fail") return stopped([dns], ["tcp", "tls", "answer", "clock"], t);
  const tcp = await checkPort(hop, t);
  if (tcp.state === "fail") return stopped([dns, tcp], ["tls", "answer", "clock"], t);
  const isUnchecked = env["NODE_TLS_REJECT_UNAUTHORIZED"] === "0";
  if (url.protocol === "https:" && isUnchecked) {
    const tls = found("tls", "skip", t.doctor.notChecked);
    return stopped([dns, tcp, tls], ["answer", "clock"], t);
  }
  const probe = await ask(url, env);
  if ("failure" in probe) return judgeFailure([dns, tcp], probe.failure, url, t);
  const findings = [dns, tcp, reportTls(url, t), judgeAnswer(probe, t), judgeClock(probe, t)];
  return { findings, isOpen: findings.every(({ state }) => state !== "fail") && !isUnchecked };
}

function stopped(findings: readonly Finding[], skipped: readonly string[], t: Io["t"]): Way {
  const rest = skipped.map((check) => found(check, "skip", t.doctor.notReached));
  return { findings: [...findings, ...rest], isOpen: false };
}

function judgeFailure(
  before: readonly Finding[],
  failure: ConnectionError | InputError,
  url: URL,
  t: Io["t"],
): Way {
  const fail = (check: string) => {
    if (failure.code === "input") {
      const { summary, hint } = sayError(failure, t.errors);
      return found(check, "fail", summary, hint);
    }
    const { summary, hint = t.doctor.fixAnswer } = sayWhy(failure, t.errors);
    return found(check, "fail", t.aside(visibleText(summary), failure.reason), hint);
  };
  const rule = failure.rule ?? "";
  if (rule.startsWith("proxy_")) {
    return { ...stopped(before, ["tls", "answer", "clock"], t), proxy: fail("proxy") };
  }
  // The check of the settings reports a file of certificates that cannot be used.
  const isTls = rule === "ca_file" || /^(?:cert_|tls_|not_tls)/.test(rule);
  if (isTls) return stopped([...before, fail("tls")], ["answer", "clock"], t);
  const isTlsWanted = url.protocol === "https:";
  const tls = found("tls", "skip", isTlsWanted ? t.doctor.notReached : t.doctor.noTls);
  return stopped([...before, tls, fail("answer")], ["clock"], t);
}

function reportTls({ protocol, host }: URL, t: Io["t"]): Finding {
  if (protocol === "https:") return found("tls", "ok", t.doctor.trusted(visibleText(host)));
  return found("tls", "skip", t.doctor.noTls);
}

function judgeAnswer({ status, text }: Answer, t: Io["t"]): Finding {
  if (/^\s*[{[]/.test(text) && parseJson(text) !== undefined) {
    return found("answer", "ok", t.doctor.json(status));
  }
  const title = readTitle(text);
  const what = /^\s*</.test(text)
    ? t.doctor.html(visibleText(title ?? ""), status)
    : t.doctor.noJson(status);
  if (status >= 500) return found("answer", "fail", what, t.doctor.fixGateway);
  return found("answer", "fail", what, status === 404 ? t.doctor.fixPath : t.doctor.fixHtml);
}

function judgeClock({ date, sentAt, cameAt }: Answer, t: Io["t"]): Finding {
  const theirs = date === null ? Number.NaN : Date.parse(date);
  if (Number.isNaN(theirs)) return found("clock", "skip", t.doctor.noDate);
  // The header is cut to whole seconds: half a second is the mean error.
  const skew = (sentAt + cameAt) / 2 - (theirs + 500);
  const apart = formatDuration(Math.abs(skew));
  if (Math.abs(skew) < 2_000) return found("clock", "ok", t.doctor.clockRight);
  const detail = skew > 0 ? t.doctor.clockAhead(apart) : t.doctor.clockBehind(apart);
  if (Math.abs(skew) < skewMs) return found("clock", "ok", detail);
  return found("clock", "note", detail, t.doctor.fixClock);
}
