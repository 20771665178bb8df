import type * as z from "zod/mini";
import { WireInteger, WireNumber, WireText } from "./scalars.ts";
import { wireObject } from "./wire-object.ts";

// Each field of a `wireObject` may be absent.

/** Processor of a node (page: node.CpuInfo). */
export const CpuInfoSchema = wireObject({
  /** Maker, such as `Intel`. */
  brand: WireText,
  /** Product, such as `Xeon 6330`. */
  cpu_product_simple: WireText,
  /** Type key, such as `Intel_Xeon_6330`. */
  cpu_type: WireText,
});
/** Processor of a node. */
export type CpuInfo = z.infer<typeof CpuInfoSchema>;

/** GPU model of a node (page: node.GpuInfo). */
export const GpuInfoSchema = wireObject({
  /** Maker, such as `NVIDIA`. */
  brand: WireText,
  /** Maker as shown, such as `英伟达`. */
  brand_name: WireText,
  /** Memory of one GPU in GB. */
  gpu_memory_size_gb: WireNumber,
  /** Product, such as `H100`. */
  gpu_product_simple: WireText,
  /** Type key, such as `NVIDIA_H100_SXM_80G` (wire-facts 2.2). */
  gpu_type: WireText,
  /** Name as shown, such as `NVIDIA A100 (80G)`. */
  gpu_type_display: WireText,
  /** Price as text, such as `1.0`; unit not documented. */
  price: WireText,
});
/** GPU model of a node. */
export type GpuInfo = z.infer<typeof GpuInfoSchema>;

/** Shape and prices of **one node** (page: resource_price.InstanceSpecPriceInfo; wire-facts 7). */
export const InstanceSpecPriceInfoSchema = wireObject({
  /** CPU cores per node. */
  cpu_count: WireNumber,
  /** Processor of the node. */
  cpu_info: CpuInfoSchema,
  /** Price of the CPU part per node and hour. */
  cpu_price: WireNumber,
  /** Id of the CPU price. */
  cpu_price_id: WireText,
  /** Version of the CPU price. */
  cpu_price_version_id: WireInteger,
  /** GPUs per node. */
  gpu_count: WireNumber,
  /** GPU model of the node. */
  gpu_info: GpuInfoSchema,
  /** Price of the GPU part per node and hour. */
  gpu_price: WireNumber,
  /** Id of the GPU price. */
  gpu_price_id: WireText,
  /** Version of the GPU price. */
  gpu_price_version_id: WireInteger,
  /** Price of the memory part per node and hour. */
  memory_price: WireNumber,
  /** Id of the memory price. */
  memory_price_id: WireText,
  /** Version of the memory price. */
  memory_price_version_id: WireInteger,
  /** Memory per node in GiB. */
  memory_size_gib: WireNumber,
  /** The spec's id: what a job spec calls `spec_id` (wire-facts 3.5). */
  quota_id: WireText,
  /** Price of one node for one hour (inferred, wire-facts 7). */
  total_price_per_hour: WireNumber,
});
/** Shape and prices of one node. */
export type InstanceSpecPriceInfo = z.infer<typeof InstanceSpecPriceInfoSchema>;

/** Resource choice as confirmed (page: resource_price.LcgResourceSpecPriceConfirmationReq). */
export const ResourceSpecPriceSchema = wireObject({
  /** CPU cores per node. */
  cpu_count: WireNumber,
  /** CPU type key. */
  cpu_type: WireText,
  /** GPUs per node. */
  gpu_count: WireNumber,
  /** GPU type key. */
  gpu_type: WireText,
  /** Logical compute group, `lcg-<uuid>`. */
  logic_compute_group_id: WireText,
  /** Memory per node in GiB. */
  memory_size_gib: WireNumber,
  /** The spec's id (wire-facts 3.5). */
  quota_id: WireText,
});
/** Resource choice as confirmed by the platform. */
export type ResourceSpecPrice = z.infer<typeof ResourceSpecPriceSchema>;
