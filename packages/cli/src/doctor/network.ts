import {
  createNodeFetch,
  detailOperation,
  formatDuration,
  proxyFor,
  visibleText,
} from "@qizhi/core";
import { lookup } from "node:dns/promises";
import { connect as connectTcp, isIP } from "node:net";
import type { Io } from "../io.ts";
import type { Finding, FindingState } from "./finding.ts";

const limitMs = 10_000;
// Clocks further apart than this make logs hard to read and short-lived tokens unreliable.
const skewMs = 60_000;

/** How far the way to the platform is open. */
export interface Way {
  readonly findings: readonly Finding[];
  /** Whether the platform itself has answered, over a connection that secrets may use. */
  readonly isOpen: boolean;
}

function found(check: string, state: FindingState, detail: string, next?: string): Finding {
  return { check, state, detail, next, about: "platform" };
}

/** Walks the way to the platform step by step, and sends it one call without any login. */
export async function checkWay(baseUrl: string, io: Io): Promise<Way> {
  const { env, t } = io;
  const url = new URL(baseUrl);
  const hop = toFirstHop(url, env);
  const dns = await checkName(hop.host, t);
  if (dns.state === "fail") return stopped([dns], ["tcp", "tls", "answer", "clock"], t);
  const tcp = await checkPort(hop, t);
  if (tcp.state === "fail") return stopped([dns, tcp], ["tls", "answer", "clock"], t);
  const probe = await ask(url, env);
  if ("failure" in probe) return judgeFailure([dns, tcp], probe.failure, url, t);
  const findings = [dns, tcp, tellTls(url, t), judgeAnswer(probe, t), judgeClock(probe, t)];
  return { findings, isOpen: findings.every(({ state }) => state !== "fail") };
}

function stopped(findings: readonly Finding[], skipped: readonly string[], t: Io["t"]): Way {
  const rest = skipped.map((check) => found(check, "skip", t.doctor.notReached));
  return { findings: [...findings, ...rest], isOpen: false };
}

interface Hop {
  readonly host: string;
  readonly port: number;
  readonly isProxy: boolean;
}

/** What this machine itself connects to: the platform, or the proxy before it. */
function toFirstHop(url: URL, env: Io["env"]): Hop {
  const { server } = proxyFor(url, env);
  if (server !== undefined) return { host: server.host, port: server.port, isProxy: true };
  const port = Number(url.port) || (url.protocol === "https:" ? 443 : 80);
  return { host: url.hostname.replace(/^\[|\]$/g, ""), port, isProxy: false };
}

async function checkName(host: string, t: Io["t"]): Promise<Finding> {
  const shown = visibleText(host);
  if (isIP(host) !== 0) return found("dns", "ok", t.doctor.isAddress(shown));
  try {
    const startedAt = performance.now();
    const addresses = await within(lookup(host, { all: true }));
    const took = formatDuration(performance.now() - startedAt);
    const list = addresses.map(({ address }) => address).join(", ");
    return found("dns", "ok", t.doctor.resolves(shown, list, took));
  } catch (error) {
    return found("dns", "fail", t.doctor.noName(shown, codeOf(error)), t.doctor.fixName);
  }
}

async function checkPort({ host, port, isProxy }: Hop, t: Io["t"]): Promise<Finding> {
  const where = `${visibleText(host)}:${port}`;
  const startedAt = performance.now();
  try {
    await within(
      new Promise<void>((resolve, reject) => {
        const socket = connectTcp({ host, port, timeout: limitMs });
        const end = (done: () => void) => {
          socket.destroy();
          done();
        };
        socket.once("connect", () => end(resolve));
        socket.once("timeout", () => end(() => reject(new Error("TIMEOUT"))));
        socket.once("error", (error) => end(() => reject(error)));
      }),
    );
    const took = formatDuration(performance.now() - startedAt);
    return found(
      "tcp",
      "ok",
      isProxy ? t.doctor.proxyOpen(where, took) : t.doctor.open(where, took),
    );
  } catch (error) {
    const next = isProxy ? t.doctor.fixProxyPort : t.doctor.fixPort;
    return found("tcp", "fail", t.doctor.closed(where, codeOf(error)), next);
  }
}

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly date: string | null;
  /** When it was asked and answered, epoch ms. */
  readonly sentAt: number;
  readonly cameAt: number;
}

interface Failure {
  readonly code: string;
  readonly message: string;
}

/** One call as the client makes it, but without a login: a platform answers it with JSON all the same. */
async function ask(url: URL, env: Io["env"]): Promise<Answer | { failure: Failure }> {
  const transport = createNodeFetch({ env, connectTimeoutMs: limitMs });
  const sentAt = Date.now();
  try {
    const response = await transport.fetch(
      `${url.href.replace(/\/+$/, "")}${detailOperation.path}`,
      {
        method: "POST",
        body: "{}",
        headers: { "content-type": "application/json", accept: "application/json" },
        signal: AbortSignal.timeout(2 * limitMs),
      },
    );
    const { status } = response;
    const text = await response.text();
    return { status, text, date: response.headers.get("date"), sentAt, cameAt: Date.now() };
  } catch (error) {
    const message = error instanceof Error ? visibleText(error.message) : "";
    return { failure: { code: codeOf(error), message } };
  } finally {
    transport.close();
  }
}

const tlsFault = /CERT|SSL|TLS|UNABLE_TO|EPROTO|^CA_INVALID$/;

function judgeFailure(
  before: readonly Finding[],
  { code, message }: Failure,
  url: URL,
  t: Io["t"],
): Way {
  const isTls = url.protocol === "https:" && tlsFault.test(code);
  const failed = isTls
    ? found(
        "tls",
        "fail",
        message,
        /CERT|UNABLE_TO|CA_/.test(code) ? t.doctor.fixTrust : t.doctor.fixTls,
      )
    : found("answer", "fail", message || code, t.doctor.fixAnswer);
  return stopped([...before, failed], isTls ? ["answer", "clock"] : ["clock"], t);
}

function tellTls({ protocol, host }: URL, t: Io["t"]): Finding {
  if (protocol === "https:") return found("tls", "ok", t.doctor.trusted(visibleText(host)));
  return found("tls", "skip", t.doctor.noTls);
}

function judgeAnswer({ status, text }: Answer, t: Io["t"]): Finding {
  if (/^\s*[{[]/.test(text) && isJson(text)) {
    return found("answer", "ok", t.doctor.json(status));
  }
  const title = /<title[^>]*>([^<]{1,200})/i.exec(text)?.[1]?.trim();
  const what = /^\s*</.test(text)
    ? t.doctor.html(visibleText(title ?? ""), status)
    : t.doctor.noJson(status);
  if (status >= 500) return found("answer", "fail", what, t.doctor.fixGateway);
  return found("answer", "fail", what, status === 404 ? t.doctor.fixPath : t.doctor.fixHtml);
}

function judgeClock({ date, sentAt, cameAt }: Answer, t: Io["t"]): Finding {
  const theirs = date === null ? Number.NaN : Date.parse(date);
  if (Number.isNaN(theirs)) return found("clock", "skip", t.doctor.noDate);
  // The header is cut to whole seconds; half a second is its middle.
  const skew = (sentAt + cameAt) / 2 - (theirs + 500);
  const apart = formatDuration(Math.abs(skew));
  if (Math.abs(skew) < 2_000) return found("clock", "ok", t.doctor.clockRight);
  const detail = skew > 0 ? t.doctor.clockAhead(apart) : t.doctor.clockBehind(apart);
  if (Math.abs(skew) < skewMs) return found("clock", "ok", detail);
  return found("clock", "note", detail, t.doctor.fixClock);
}

function isJson(text: string): boolean {
  try {
    return typeof JSON.parse(text) === "object";
  } catch {
    return false;
  }
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "UNKNOWN";
  if ("code" in error && typeof error.code === "string") return error.code;
  return error.name === "TimeoutError" || error.message === "TIMEOUT" ? "TIMEOUT" : error.name;
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
