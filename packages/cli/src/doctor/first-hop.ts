import { formatDuration, visibleText } from "@qizhi/core";
import { addressTimeoutMs, proxyFor } from "@qizhi/core/internal";
import { lookup } from "node:dns/promises";
import { connect as connectTcp, isIP } from "node:net";
import type { Io } from "../terminal/io.ts";
import type { Finding } from "./finding.ts";
import { foundOnTheWay as found } from "./finding.ts";
import { failureCode, limitMs } from "../access/probe.ts";

/** What this machine itself connects to. */
export interface Hop {
  readonly host: string;
  readonly port: number;
  readonly isProxy: boolean;
}

/** The first stop on the way: the platform, or the proxy before it. */
export function toFirstHop(url: URL, env: Io["env"]): Hop {
  const { server } = proxyFor(url, env);
  if (server !== undefined) return { host: server.host, port: server.port, isProxy: true };
  const port = Number(url.port) || (url.protocol === "https:" ? 443 : 80);
  return { host: url.hostname.replace(/^\[|\]$/g, ""), port, isProxy: false };
}

/** Whether a name can be resolved. */
export async function checkName({ host, isProxy }: Hop, t: Io["t"]): Promise<Finding> {
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
export async function checkPort({ host, port, isProxy }: Hop, t: Io["t"]): Promise<Finding> {
  const where = `${visibleText(host)}:${port}`;
  const startedAt = performance.now();
  try {
    await within(
      new Promise<void>((resolve, reject) => {
        const socket = connectTcp({
          host,
          port,
          timeout: limitMs,
          autoSelectFamilyAttemptTimeout: addressTimeoutMs,
        });
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
    return found("tcp", "fail", t.doctor.closed(where, failureCode(error)), next);
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
