package com.aiprod.pipeline.pipeline;

import static org.bytedeco.ffmpeg.global.avcodec.*;
import static org.bytedeco.ffmpeg.global.avformat.*;
import static org.bytedeco.ffmpeg.global.avutil.*;
import static org.bytedeco.ffmpeg.global.swscale.*;

import java.io.IOException;
import java.nio.file.Path;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVIOContext;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.avutil.AVRational;
import org.bytedeco.ffmpeg.swscale.SwsContext;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.IntPointer;

/**
 * Writes frames to an MP4 file that plays everywhere: H.264 (OpenH264, so the build stays free of the GPL), yuv420p in
 * BT.709, key frames close together so that players seek, and the index in front so that browsers start at once.
 *
 * <p>FFmpeg is called directly: JavaCV's recorder converts colours by BT.601 whatever the file says, and forgets the
 * error codes, which tell a full disk from a fault.
 *
 * <p>Not safe for use by several threads at a time.
 */
final class VideoWriter implements AutoCloseable {

    private static final int LINUX_EFBIG = 27;
    private static final int LINUX_ENOSPC = 28;
    private static final int LINUX_EDQUOT = 122;

    private final int width;
    private final IntPointer pixels;
    private final AVFrame rgb;
    private final AVFrame yuv;
    private final AVPacket packet;
    private final SwsContext toYuv;
    private final AVCodecContext encoder;
    private final AVFormatContext container;
    private final AVStream stream;
    private long frames;

    /**
     * @param width in pixels, even
     * @param height in pixels, even
     * @param frameRate frames per second
     * @throws PermanentStageException {@code STORAGE_FULL} where the disk is full
     */
    VideoWriter(Path file, int width, int height, int frameRate) throws IOException {
        FfmpegLog.install();
        this.width = width;
        container = new AVFormatContext(null);
        check(avformat_alloc_output_context2(container, null, "mp4", file.toString()), "open the container");
        AVCodec codec = avcodec_find_encoder_by_name("libopenh264");
        if (codec == null) {
            throw new IOException("This build of FFmpeg has no OpenH264 encoder");
        }
        encoder = avcodec_alloc_context3(codec);
        pixels = new IntPointer((long) width * height);
        rgb = av_frame_alloc();
        yuv = av_frame_alloc();
        packet = av_packet_alloc();
        toYuv = sws_getContext(
                width,
                height,
                AV_PIX_FMT_BGR0,
                width,
                height,
                AV_PIX_FMT_YUV420P,
                SWS_BILINEAR,
                null,
                null,
                (DoublePointer) null);
        stream = avformat_new_stream(container, codec);
        try {
            openEncoder(codec, width, height, frameRate);
            prepareFrames(width, height);
            openFile(file);
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    private void openEncoder(AVCodec codec, int width, int height, int frameRate) throws IOException {
        AVRational timeBase = av_make_q(1, frameRate);
        encoder.width(width).height(height).pix_fmt(AV_PIX_FMT_YUV420P);
        encoder.time_base(timeBase).framerate(av_make_q(frameRate, 1));
        // OpenH264 takes a moving shape that differs from its ground in hue alone for a part of it, and tears its edge
        // from frame to frame until the next key frame; FFmpeg has no switch for that. Two frames are too few to tear.
        encoder.gop_size(2);
        // A ceiling: slow gradients need far less to stay free of blocks.
        encoder.bit_rate(Math.round(width * height * Math.sqrt(frameRate) * 0.9));
        encoder.qmin(12).qmax(28);
        encoder.thread_count(1);
        encoder.profile(AV_PROFILE_H264_HIGH);
        encoder.colorspace(AVCOL_SPC_BT709).color_primaries(AVCOL_PRI_BT709).color_trc(AVCOL_TRC_BT709);
        encoder.color_range(AVCOL_RANGE_MPEG);
        if ((container.oformat().flags() & AVFMT_GLOBALHEADER) != 0) {
            encoder.flags(encoder.flags() | AV_CODEC_FLAG_GLOBAL_HEADER);
        }
        AVDictionary options = new AVDictionary(null);
        av_dict_set(options, "rc_mode", "quality", 0);
        av_dict_set(options, "allow_skip_frames", "0", 0);
        try {
            check(avcodec_open2(encoder, codec, options), "open the encoder");
        } finally {
            av_dict_free(options);
        }
        stream.time_base(timeBase).avg_frame_rate(av_make_q(frameRate, 1));
        check(avcodec_parameters_from_context(stream.codecpar(), encoder), "describe the stream");
    }

    private void prepareFrames(int width, int height) throws IOException {
        // Java's 0xRRGGBB integers lie in memory as B, G, R, 0 on every processor that FFmpeg's natives are built for.
        rgb.format(AV_PIX_FMT_BGR0).width(width).height(height);
        rgb.data(0, new BytePointer(pixels)).linesize(0, width * Integer.BYTES);
        yuv.format(AV_PIX_FMT_YUV420P).width(width).height(height);
        yuv.colorspace(AVCOL_SPC_BT709).color_range(AVCOL_RANGE_MPEG);
        check(av_frame_get_buffer(yuv, 0), "allocate a frame");
        IntPointer bt709 = sws_getCoefficients(SWS_CS_ITU709);
        check(sws_setColorspaceDetails(toYuv, bt709, 1, bt709, 0, 0, 1 << 16, 1 << 16), "set the colour space");
    }

    private void openFile(Path file) throws IOException {
        AVIOContext io = new AVIOContext(null);
        check(avio_open(io, file.toString(), AVIO_FLAG_WRITE), "create the file");
        container.pb(io);
        AVDictionary options = new AVDictionary(null);
        av_dict_set(options, "movflags", "+faststart", 0);
        try {
            check(avformat_write_header(container, options), "write the header");
        } finally {
            av_dict_free(options);
        }
    }

    /**
     * Appends a frame.
     *
     * @param frame 0xRRGGBB for each pixel, row by row
     */
    void write(int[] frame) throws IOException {
        pixels.put(frame, 0, frame.length);
        check(av_frame_make_writable(yuv), "reuse a frame");
        check(
                sws_scale(toYuv, rgb.data(), rgb.linesize(), 0, frame.length / width, yuv.data(), yuv.linesize()),
                "convert a frame");
        yuv.pts(frames++);
        check(avcodec_send_frame(encoder, yuv), "encode a frame");
        drain();
    }

    /** Ends the file; without this call it does not play. */
    void finish() throws IOException {
        check(avcodec_send_frame(encoder, null), "end the stream");
        drain();
        check(av_write_trailer(container), "write the index");
    }

    private void drain() throws IOException {
        while (true) {
            int result = avcodec_receive_packet(encoder, packet);
            if (result == AVERROR_EAGAIN() || result == AVERROR_EOF()) {
                return;
            }
            check(result, "encode a frame");
            packet.stream_index(stream.index());
            packet.duration(1);
            av_packet_rescale_ts(packet, encoder.time_base(), stream.time_base());
            check(av_interleaved_write_frame(container, packet), "write a frame");
        }
    }

    private static void check(int result, String action) throws IOException {
        if (result >= 0) {
            return;
        }
        if (result == -LINUX_ENOSPC || result == -LINUX_EFBIG || result == -LINUX_EDQUOT) {
            throw new PermanentStageException(
                    "STORAGE_FULL",
                    "The storage for videos is full: could not " + action + ". Free some space, then redrive");
        }
        byte[] text = new byte[AV_ERROR_MAX_STRING_SIZE];
        av_strerror(result, text, text.length);
        throw new IOException(
                "Could not " + action + ": " + new String(text, java.nio.charset.StandardCharsets.UTF_8).trim());
    }

    /** Frees everything; the file stays as it is. */
    @Override
    public void close() {
        if (container.pb() != null) {
            avio_closep(container.pb());
        }
        avcodec_free_context(encoder);
        av_frame_free(yuv);
        rgb.data(0, null);
        av_frame_free(rgb);
        av_packet_free(packet);
        sws_freeContext(toYuv);
        avformat_free_context(container);
        pixels.close();
    }
}
