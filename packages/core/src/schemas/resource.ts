import * as z from "zod/mini";
import { WireInteger, WireNumber, WireText } from "./scalars.ts";
import { wireObject } from "./wire-object.ts";

/** Processor of a node (page: node.CpuInfo). */
export const CpuInfoSchema = wireObject(() => ({
  /** Maker, such as `Intel`. */
  brand: z.optional(WireText),
  /** Product, such as `Xeon 6330`. */
  cpu_product_simple: z.optional(WireText),
  /** Type key, such as `Intel_Xeon_6330`. */
  cpu_type: z.optional(WireText),
}));
/** Processor of a node. */
export type CpuInfo = z.infer<typeof CpuInfoSchema>;

/** GPU model of a node (page: node.GpuInfo). */
export const GpuInfoSchema = wireObject(() => ({
  /** Maker, such as `NVIDIA`. */
  brand: z.optional(WireText),
  /** Maker as shown, such as `英伟达`. */
  brand_name: z.optional(WireText),
  /** Memory of one GPU in GB. */
  gpu_memory_size_gb: z.optional(WireNumber),
  /** Product, such as `H100`. */
  gpu_product_simple: z.optional(WireText),
  /** Type key, such as `NVIDIA_H100_SXM_80G` (wire-facts 2.2). */
  gpu_type: z.optional(WireText),
  /** Name as shown, such as `NVIDIA A100 (80G)`. */
  gpu_type_display: z.optional(WireText),
  /** Price as text, such as `1.0`; unit not documented. */
  price: z.optional(WireText),
}));
/** GPU model of a node. */
export type GpuInfo = z.infer<typeof GpuInfoSchema>;

/** Shape and prices of **one node** (page: resource_price.InstanceSpecPriceInfo; wire-facts 7). */
export const InstanceSpecPriceInfoSchema = wireObject(() => ({
  /** CPU cores per node. */
  cpu_count: z.optional(WireNumber),
  /** Processor of the node. */
  cpu_info: z.optional(CpuInfoSchema),
  /** Price of the CPU part per node and hour. */
  cpu_price: z.optional(WireNumber),
  /** Id of the CPU price. */
  cpu_price_id: z.optional(WireText),
  /** Version of the CPU price. */
  cpu_price_version_id: z.optional(WireInteger),
  /** GPUs per node. */
  gpu_count: z.optional(WireNumber),
  /** GPU model of the node. */
  gpu_info: z.optional(GpuInfoSchema),
  /** Price of the GPU part per node and hour. */
  gpu_price: z.optional(WireNumber),
  /** Id of the GPU price. */
  gpu_price_id: z.optional(WireText),
  /** Version of the GPU price. */
  gpu_price_version_id: z.optional(WireInteger),
  /** Price of the memory part per node and hour. */
  memory_price: z.optional(WireNumber),
  /** Id of the memory price. */
  memory_price_id: z.optional(WireText),
  /** Version of the memory price. */
  memory_price_version_id: z.optional(WireInteger),
  /** Memory per node in GiB. */
  memory_size_gib: z.optional(WireNumber),
  /** The spec's id: what a job spec calls `spec_id` (wire-facts 3.5). */
  quota_id: z.optional(WireText),
  /** Price of one node for one hour (inferred, wire-facts 7). */
  total_price_per_hour: z.optional(WireNumber),
}));
/** Shape and prices of one node. */
export type InstanceSpecPriceInfo = z.infer<typeof InstanceSpecPriceInfoSchema>;

/** Resource choice as confirmed (page: resource_price.LcgResourceSpecPriceConfirmationReq). */
export const ResourceSpecPriceSchema = wireObject(() => ({
  /** CPU cores per node. */
  cpu_count: z.optional(WireNumber),
  /** CPU type key. */
  cpu_type: z.optional(WireText),
  /** GPUs per node. */
  gpu_count: z.optional(WireNumber),
  /** GPU type key. */
  gpu_type: z.optional(WireText),
  /** Logical compute group, `lcg-<uuid>`. */
  logic_compute_group_id: z.optional(WireText),
  /** Memory per node in GiB. */
  memory_size_gib: z.optional(WireNumber),
  /** The spec's id (wire-facts 3.5). */
  quota_id: z.optional(WireText),
}));
/** Resource choice as confirmed by the platform. */
export type ResourceSpecPrice = z.infer<typeof ResourceSpecPriceSchema>;
