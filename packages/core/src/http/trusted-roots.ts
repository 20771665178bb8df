import type { SecureContext } from "node:tls";
import { TransportError } from "./transport-error.ts";

type Env = Readonly<Record<string, string | undefined>>;

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

function invalid(source: string, why: string) {
  return new TransportError(`${source}: ${why}. Expected certificates in PEM format`, {
    code: "CA_INVALID",
    sent: false,
    via: source,
  });
}

function toCertificates(pem: string, source: string): string[] {
  const certificates = pem.match(CERTIFICATE) ?? [];
  if (certificates.length === 0) throw invalid(source, "no certificate found");
  const { X509Certificate } = process.getBuiltinModule("node:crypto");
  for (const certificate of certificates) {
    try {
      // TLS skips what it cannot read; the user would only see "certificate not accepted".
      void new X509Certificate(certificate);
    } catch {
      throw invalid(source, "a certificate in it cannot be read");
    }
  }
  return certificates;
}

function readCertificates(path: string, source: string): string[] {
  let pem: string;
  try {
    pem = process.getBuiltinModule("node:fs").readFileSync(path, "utf8");
  } catch {
    throw invalid(source, `the file ${JSON.stringify(path)} cannot be read`);
  }
  return toCertificates(pem, source);
}

/** What this process trusts without us, with what NODE_EXTRA_CA_CERTS added. */
function readDefaultRoots(env: Env): readonly string[] {
  const tls = process.getBuiltinModule("node:tls");
  if ("getCACertificates" in tls && typeof tls.getCACertificates === "function")
    return tls.getCACertificates("default");
  const extra = env["NODE_EXTRA_CA_CERTS"];
  if (!extra) return tls.rootCertificates;
  try {
    return [...tls.rootCertificates, ...readCertificates(extra, "NODE_EXTRA_CA_CERTS")];
  } catch {
    // Node itself only warns about a bad file.
    return tls.rootCertificates;
  }
}

/**
 * The TLS context that trusts the default roots, those of NODE_EXTRA_CA_CERTS, `ca` and the file
 * named by `QIZHI_CA_FILE`; undefined where neither of the last two is given, so that Node's own
 * shared roots are used (building a context from PEM costs tens of ms).
 *
 * @param ca - PEM text of one or more certificates.
 * @param env - The environment variables.
 * @throws TransportError with the code `CA_INVALID` where a file or certificate cannot be read.
 */
export function createTrust(ca: string | undefined, env: Env): SecureContext | undefined {
  const file = env["QIZHI_CA_FILE"];
  if (ca === undefined && !file) return undefined;
  const added = [
    ...(ca === undefined ? [] : toCertificates(ca, "option ca")),
    ...(file ? readCertificates(file, "QIZHI_CA_FILE") : []),
  ];
  return process
    .getBuiltinModule("node:tls")
    .createSecureContext({ ca: [...readDefaultRoots(env), ...added] });
}
