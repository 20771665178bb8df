import type { NodeShape } from "./job-record.ts";
import type { PlatformSettings } from "./options.ts";

/** The shape of a node of a resource spec: as the `specs` option says, else that of a common H100 node. */
export function toShape(
  specId: string,
  settings: Pick<PlatformSettings, "specs" | "gpusPerNode">,
): NodeShape {
  const common: NodeShape = {
    gpus: settings.gpusPerNode,
    cpus: settings.gpusPerNode * 20,
    memoryGib: settings.gpusPerNode * 225,
    gpuType: "NVIDIA_H100_SXM_80G",
    pricePerHour: 0,
  };
  const known = Object.hasOwn(settings.specs, specId) ? settings.specs[specId] : undefined;
  return { ...common, ...known };
}
