import { isNotFound } from "../../text/error-code.ts";
import { readFileSync, statSync } from "node:fs";
import type { SecureContext } from "node:tls";
import { inputError } from "../../errors/input-errors.ts";
import type { CaProblem } from "../../errors/rules/input-rules.ts";
import { visibleText } from "../../text/text.ts";
import { toSettingError, TransportError } from "./transport-error.ts";

const pemCertificate =
  /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----[^-]+-----END (?:X509 |TRUSTED )?CERTIFICATE-----/g;

const mostBytes = 8 * 1_048_576;

interface Source {
  readonly source: string;
  readonly file?: string;
}

function invalid({ source, file }: Source, problem: CaProblem) {
  const shown = file && visibleText(file);
  return toSettingError("CA_INVALID", inputError("ca_file", { source, file: shown, problem }));
}

function readBytes(from: Source & { readonly file: string }): Buffer {
  try {
    const stats = statSync(from.file);
    if (stats.isDirectory()) throw invalid(from, "folder");
    // A device has no end, and a pipe may never be written.
    if (!stats.isFile()) throw invalid(from, "special");
    if (stats.size > mostBytes) throw invalid(from, "large");
    return readFileSync(from.file);
  } catch (error) {
    if (error instanceof TransportError) throw error;
    if (isNotFound(error)) throw invalid(from, "missing");
    throw invalid(from, "unreadable");
  }
}

function isCertificate(bytes: Buffer | string): boolean {
  const { X509Certificate } = process.getBuiltinModule("node:crypto");
  try {
    return new X509Certificate(bytes).serialNumber !== "";
  } catch {
    return false;
  }
}

function toCertificates(bytes: Buffer, from: Source): string[] {
  const certificates = bytes.toString("latin1").match(pemCertificate) ?? [];
  // TLS skips what it cannot read; the user would only see "certificate not accepted".
  if (!certificates.every(isCertificate)) throw invalid(from, "damaged");
  if (certificates.length > 0) return certificates;
  if (isCertificate(bytes)) throw invalid(from, "der");
  if (bytes.includes(0)) throw invalid(from, "binary");
  throw invalid(from, /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(bytes.toString()) ? "key" : "none");
}

/**
 * The TLS context that trusts the certificates of `ca` and of the file that `QIZHI_CA_FILE` names besides
 * all that Node trusts by itself (`NODE_EXTRA_CA_CERTS`, `--use-openssl-ca`, `--use-system-ca`).
 * @param ca PEM text of one or more certificates.
 * @throws TransportError with the code `CA_INVALID` where a file or certificate cannot be read.
 */
export function createTrust(ca: string | undefined, file: string | undefined): SecureContext {
  const added = ca === undefined ? [] : toCertificates(Buffer.from(ca), { source: "option ca" });
  if (file) {
    const from = { source: "QIZHI_CA_FILE", file };
    added.push(...toCertificates(readBytes(from), from));
  }
  const trust = process.getBuiltinModule("node:tls").createSecureContext();
  // The option `ca` would replace the roots of `--use-openssl-ca`, which Node 20 cannot list.
  for (const certificate of added) trust.context.addCACert(certificate);
  return trust;
}
