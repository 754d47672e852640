import { isProblem } from "@alta-data/client";
import { Alert, Button, List, Stack, Text, TextInput } from "@mantine/core";
import "@mantine/core/styles/List.layer.css";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { alta } from "#/api/alta";
import { useMe } from "#/api/session";
import { ConfirmDialog } from "#/ui/ConfirmDialog";
import { isCanceled } from "#/ui/is-canceled";
import { AnchorLink } from "#/ui/links";
import { notifyProblem, notifySuccess } from "#/ui/notify";
import { useReauthentication } from "./reauthentication";
import { Section } from "./Section";

interface Project {
  readonly id: string;
  readonly name: string;
}

/** Returns the projects that would be left without an admin, if that is why the account was not deleted. */
function orphans(error: unknown): readonly Project[] {
  if (!isProblem(error, "last_admin")) return [];
  return (error.problem as { projects?: readonly Project[] }).projects ?? [];
}

/** Deletes the account. */
export function DeleteAccount() {
  const { t } = useTranslation("account");
  const withReauthentication = useReauthentication();
  const { email } = useMe();
  const [asking, setAsking] = useState(false);
  const [typed, setTyped] = useState("");
  const remove = useMutation({
    mutationFn: () => withReauthentication(() => alta.delete("/users/me")),
    meta: { showsError: true },
    onError: (error) => {
      if (orphans(error).length > 0) setAsking(false);
      else if (!isCanceled(error)) notifyProblem(error);
    },
    onSuccess: async () => {
      notifySuccess(t("delete.done"));
      await alta.session.signOut();
    },
  });
  const projects = orphans(remove.error);
  return (
    <Section title={t("delete.title")} description={t("delete.description")}>
      {projects.length > 0 && (
        <Alert color="red" role="alert" title={t("delete.lastAdmin")}>
          <Text size="sm">{t("delete.lastAdminHelp")}</Text>
          <List size="sm" mt="xs">
            {projects.map(({ id, name }) => (
              <List.Item key={id}>
                <AnchorLink to="/project/members" search={{ id }} underline="always">
                  {name}
                </AnchorLink>
              </List.Item>
            ))}
          </List>
        </Alert>
      )}
      <div>
        <Button
          color="red"
          variant="outline"
          onClick={() => {
            setTyped("");
            setAsking(true);
          }}
        >
          {t("delete.submit")}
        </Button>
      </div>
      <ConfirmDialog
        opened={asking}
        onClose={() => setAsking(false)}
        title={t("delete.ask")}
        confirm={t("delete.submit")}
        ready={typed === email}
        onConfirm={() => remove.mutateAsync()}
      >
        <Stack>
          <Text>{t("delete.askHelp")}</Text>
          <TextInput
            label={t("delete.type", { email })}
            value={typed}
            autoComplete="off"
            onChange={({ currentTarget: { value } }) => setTyped(value)}
          />
        </Stack>
      </ConfirmDialog>
    </Section>
  );
}
