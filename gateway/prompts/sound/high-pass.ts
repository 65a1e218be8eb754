/** Below this no telephone carries speech; what is there is hum and offset, and would count as loudness. */
const cornerHz = 200;

/** The sound without what lies below the telephone's band: a Butterworth filter of second order. */
export function highPass(samples: Float32Array, rate: number): Float32Array {
  const w = Math.tan((Math.PI * cornerHz) / rate);
  const scale = 1 / (1 + Math.SQRT2 * w + w * w);
  const [a1, a2] = [2 * (w * w - 1) * scale, (1 - Math.SQRT2 * w + w * w) * scale];
  // As if the first sample had always been there: a file that lies beside its zero line begins without a click.
  const start = samples[0] ?? 0;
  let [x1, x2, y1, y2] = [start, start, 0, 0];
  return samples.map(x => {
    const y = scale * (x - 2 * x1 + x2) - a1 * y1 - a2 * y2;
    [x2, x1, y2, y1] = [x1, x, y1, y];
    return y;
  });
}
