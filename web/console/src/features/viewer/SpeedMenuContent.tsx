import { Menu } from "@mantine/core";
import type { MenuContentProps } from "#/ui/LazyMenu";
import { OpenedMenu } from "#/ui/OpenedMenu";
import { type Player, RATES, usePlayerState } from "./player";

export interface SpeedMenuProps {
  readonly player: Player;
  /** Returns a speed in words. */
  readonly words: (rate: number) => string;
}

/** The choice of the speed of a recording. */
export default function SpeedMenuContent({ button, player, words }: MenuContentProps & SpeedMenuProps) {
  const rate = usePlayerState(player, (state) => state.rate);
  return (
    <OpenedMenu button={button}>
      <Menu.Dropdown>
        <Menu.RadioGroup value={String(rate)} onChange={(value) => player.setRate(Number(value))}>
          {RATES.map((value) => (
            <Menu.RadioItem key={value} value={String(value)} closeMenuOnClick>
              {words(value)}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
      </Menu.Dropdown>
    </OpenedMenu>
  );
}
