/** A value once it has stood still for a moment, so that typing does not ask at every letter. */
import { useEffect, useRef, useState } from 'react';

export function useRested<T>(value: T, ms = 250): T {
  const [rested, setRested] = useState(value);
  const shape = JSON.stringify(value);
  const latest = useRef(value);
  latest.current = value;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the shape stands for the value
  useEffect(() => {
    const timer = setTimeout(() => setRested(latest.current), ms);
    return () => clearTimeout(timer);
  }, [shape, ms]);
  return rested;
}
