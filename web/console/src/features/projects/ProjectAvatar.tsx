import { Avatar } from "@mantine/core";

/** A square with the initial of a project, in a color of its own. */
export function ProjectAvatar({ name, size = 36 }: { readonly name: string; readonly size?: number }) {
  const initial = name.trim().slice(0, 1).toLocaleUpperCase();
  return (
    <Avatar radius="md" size={size} color="initials" name={name} aria-hidden>
      {initial}
    </Avatar>
  );
}
