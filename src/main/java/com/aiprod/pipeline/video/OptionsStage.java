package com.aiprod.pipeline.video;

import com.aiprod.pipeline.stage.PermanentStageException;
import com.aiprod.pipeline.stage.StageBean;
import java.util.Map;
import org.apache.camel.Body;
import org.apache.camel.Variable;

/** Checks what preset and metadata ask for, before any work is done. */
@StageBean
public class OptionsStage {

    /**
     * Returns the job unchanged.
     *
     * @throws PermanentStageException {@code METADATA_INVALID} naming the key of {@code metadata} at fault, or
     *     {@code PRESET_INVALID} naming the setting at fault
     */
    public Map<String, Object> check(@Body Map<String, Object> job, @Variable("preset") Map<String, Object> preset) {
        Format.of(preset);
        Wishes.of(job);
        return job;
    }
}
