/** One form for each platform's address, without a name and password in it. */
export function toPlatformKey(platform: string): string {
  if (!URL.canParse(platform)) return platform;
  const url = new URL(platform);
  return `${url.origin}${url.pathname.replace(/(?<!\/)\/+$/, "")}`;
}
