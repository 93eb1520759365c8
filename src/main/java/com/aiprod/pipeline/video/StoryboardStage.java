package com.aiprod.pipeline.video;

import com.aiprod.pipeline.stage.Progress;
import com.aiprod.pipeline.stage.StageBean;
import com.aiprod.pipeline.video.brand.Brand;
import com.aiprod.pipeline.video.script.Script;
import com.ibm.icu.util.ULocale;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.camel.Body;
import org.apache.camel.Header;
import org.apache.camel.Variable;

/** Splits the text into timed scenes, by its structure, by sentences, and by reading time. */
@StageBean
public class StoryboardStage {

    private final Progress progress;

    /** Creates the stage with its progress receiver. */
    public StoryboardStage(Progress progress) {
        this.progress = progress;
    }

    /**
     * Adds to the sanitized job:
     *
     * <ul>
     *   <li>{@code storyboard}: {@code {scenes: [{text, start, end, heading, spans}], truncated, end_card}}, in seconds
     *       from the start. The first scene starts at 0, and the last ends at {@code duration_sec}, or where
     *       {@code end_card} starts: {@code {text, start, end}}, if all of the text is shown and time is left for it.
     *   <li>{@code title}: what the text is about.
     *   <li>{@code lang}: the language of the text, which replaces one that contradicts it.
     *   <li>{@code duration_sec}, if the job does not set it: what the text needs, up to the preset's maximum.
     *   <li>{@code omitted}, if not all of the text can be shown: {@code {text, duration_sec}}, the rest of the text and
     *       the duration that would hold all of it.
     * </ul>
     *
     * <p>An interrupt stops it.
     */
    public Map<String, Object> plan(
            @Body Map<String, Object> job,
            @Variable("preset") Map<String, Object> preset,
            @Header("jobId") String jobId,
            @Header("attempt") int attempt)
            throws InterruptedException {
        progress.report(jobId, attempt, "storyboard", 0);
        Integer duration = job.get("duration_sec") instanceof Number number ? number.intValue() : null;
        Brand brand = Wishes.of(job).brand();
        StoryboardPlan plan =
                plan((String) job.get("content"), (String) job.get("lang"), Format.of(preset), duration, brand);
        Map<String, Object> planned = new LinkedHashMap<>(job);
        planned.put("storyboard", plan.board().toMap());
        planned.put("title", plan.title());
        planned.put("lang", plan.language().toLanguageTag());
        planned.put("duration_sec", plan.duration());
        if (plan.board().truncated()) {
            planned.put("omitted", Map.of("text", plan.omitted(), "duration_sec", plan.wholeDuration()));
        }
        progress.report(jobId, attempt, "storyboard", 100);
        return planned;
    }

    /** Plans a video; a null duration is what the text needs. */
    static StoryboardPlan plan(String content, String lang, Format format, Integer duration)
            throws InterruptedException {
        return plan(content, lang, format, duration, Brand.NONE);
    }

    /** Plans a video of a brand; a null duration is what the text needs. */
    static StoryboardPlan plan(String content, String lang, Format format, Integer duration, Brand brand)
            throws InterruptedException {
        Script script = Script.read(content, ULocale.forLanguageTag(lang));
        return StoryboardPlan.of(script, format, duration, brand);
    }
}
