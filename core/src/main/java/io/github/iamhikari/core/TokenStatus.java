package io.github.iamhikari.core;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The state of the tokens of an {@link IamDataSource}, for monitoring. Contains no secret.
 * Immutable.
 *
 * @param usableUntil when the current token expires for this library; null if none was signed yet
 * @param remaining how much longer the current token may be used; zero if there is no usable token
 * @param awaited how long the signing in progress has been waiting for the AWS credentials
 *     provider; zero if none is in progress
 * @param signed the number of tokens signed
 * @param failed the number of failed attempts to sign a token
 * @param signingTime the total time of all attempts, most of which is spent in the AWS credentials
 *     provider
 * @param rejected the number of tokens that a server rejected, including those that were replaced
 *     without an error
 * @param lastFailure when and why a token could last not be signed or a login was last rejected;
 *     null if that never happened
 */
public record TokenStatus(
    @Nullable Instant usableUntil,
    Duration remaining,
    Duration awaited,
    long signed,
    long failed,
    Duration signingTime,
    long rejected,
    @Nullable String lastFailure) {}
