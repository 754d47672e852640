/**
 * Parts that show an item: its image or waveform beside its text.
 *
 * ```tsx
 * // A document. `key={item.id}` on the component that calls the hook.
 * const view = useDocumentView({ pageCount: item.page_count });
 * <DocumentViewer item={item} view={view} />   // image, boxes, pager, zoom, rotation
 * <PageText item={item} view={view} />         // the blocks of the current page, linked to the boxes
 * view.goTo(2); view.zoomIn(); view.rotate();  // for shortcuts
 *
 * // A voice sample.
 * const player = usePlayer(item);
 * <AudioPlayer player={player} />              // waveform, speed, loop
 * <SpokenWords item={item} player={player} text={item.transcription_text ?? ""} />
 * player.toggle(); player.skip(-5); player.setRate(1.5); player.stepLoop(); player.repeat(1.2, 1.6);
 *
 * // "Next low-confidence word", for both: the element around `PageText` or `SpokenWords`.
 * focusLowConfidence(element, 1);
 *
 * // Two versions of a text.
 * const TextDifference = lazy(() => import("#/features/viewer/TextDifference"));
 * <TextDifference before={text_before} after={text_after} />
 * ```
 */
export { AudioPlayer } from "./AudioPlayer";
export { focusLowConfidence, isLowConfidence } from "./confidence";
export { DocumentViewer } from "./DocumentViewer";
export { PageText } from "./PageText";
export { Player, type PlayerState, RATES, usePlayer, usePlayerState } from "./player";
export { downloadUrl, type Page, type ViewedItem, type Word } from "./queries";
export { SpokenWords } from "./SpokenWords";
export { type DocumentView, useDocumentView } from "./use-document-view";
export { type LoadedPage, usePage } from "./use-page";
