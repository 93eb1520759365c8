package com.aiprod.pipeline.pipeline;

import org.bytedeco.ffmpeg.avutil.LogCallback;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacpp.BytePointer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends FFmpeg's warnings and errors to the application's log, and drops its chatter. */
final class FfmpegLog extends LogCallback {

    private static final Logger LOG = LoggerFactory.getLogger("ffmpeg");

    /** FFmpeg keeps only a native pointer to the callback; this keeps the object behind it alive. */
    private static FfmpegLog installed;

    private FfmpegLog() {}

    static synchronized void install() {
        if (installed == null) {
            installed = new FfmpegLog();
            avutil.av_log_set_level(avutil.AV_LOG_WARNING);
            avutil.setLogCallback(installed);
        }
    }

    @Override
    public void call(int level, BytePointer message) {
        if (level <= avutil.AV_LOG_ERROR) {
            LOG.warn(message.getString().strip());
        } else {
            LOG.debug(message.getString().strip());
        }
    }
}
