import { WireInteger, WireNumber, WireText, wireObject } from "./scalars.ts";

export const CpuInfoSchema = wireObject({
  brand: WireText,
  cpu_product_simple: WireText,
  cpu_type: WireText,
});

export const GpuInfoSchema = wireObject({
  brand: WireText,
  brand_name: WireText,
  gpu_memory_size_gb: WireNumber,
  gpu_product_simple: WireText,
  gpu_type: WireText,
  gpu_type_display: WireText,
  price: WireText,
});

export const InstanceSpecPriceInfoSchema = wireObject({
  cpu_count: WireNumber,
  cpu_info: CpuInfoSchema,
  cpu_price: WireNumber,
  cpu_price_id: WireText,
  cpu_price_version_id: WireInteger,
  gpu_count: WireNumber,
  gpu_info: GpuInfoSchema,
  gpu_price: WireNumber,
  gpu_price_id: WireText,
  gpu_price_version_id: WireInteger,
  memory_price: WireNumber,
  memory_price_id: WireText,
  memory_price_version_id: WireInteger,
  memory_size_gib: WireNumber,
  quota_id: WireText,
  total_price_per_hour: WireNumber,
});

export const ResourceSpecPriceSchema = wireObject({
  cpu_count: WireNumber,
  cpu_type: WireText,
  gpu_count: WireNumber,
  gpu_type: WireText,
  logic_compute_group_id: WireText,
  memory_size_gib: WireNumber,
  quota_id: WireText,
});
