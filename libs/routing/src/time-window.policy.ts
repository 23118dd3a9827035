import type { TimeWindow } from '#libs/contracts';
import { localTime } from './local-time.js';

const MINUTES_OF_DAY = 1_440;

/**
 * Whether a moment (milliseconds since the Unix epoch) lies within a window. One that goes over midnight belongs to the weekday
 * on which it begins: Fridays from 22:00 to 06:00 hold on Saturday at 05:00. A zone that does not exist holds never.
 */
export function isWithin({ timeZone, weekdays, fromMinute, toMinute }: TimeWindow, now: number): boolean {
  const time = localTime(now, timeZone);
  if (!time) return false;
  const from = fromMinute ?? 0;
  const to = toMinute ?? MINUTES_OF_DAY;
  const minute = time.hour * 60 + time.minute;
  const isOn = (weekday: number): boolean => !weekdays || weekdays.includes(weekday);
  if (from < to) return minute >= from && minute < to && isOn(time.weekday);
  if (minute >= from) return isOn(time.weekday);
  return minute < to && isOn(time.weekday === 1 ? 7 : time.weekday - 1);
}
