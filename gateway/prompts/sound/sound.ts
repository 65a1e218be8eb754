/** Sound in memory: one channel, full scale is 1. */
export interface Sound {
  readonly samples: Float32Array;
  readonly rate: number;
}

/** What every media server plays: 8 kHz, one channel, 16 bit. */
export const houseRate = 8000;
