using System.Globalization;
using System.Net;
using Npgsql;
using SaasLlm.Testing;

namespace SaasLlm.Api.Tests.Llm;

/// <summary>What calls of the LLM API hold and cost, against a real upstream on loopback.</summary>
internal sealed class MeteringTests
{
    private ServiceUnderTest _service = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _service = await ServiceUnderTest.StartAsync(
        null, "Llm:RetryBaseDelayMs=1", "Llm:StreamIdleTimeoutSeconds=5", "Metering:HoldLifetimeSeconds=5", "Metering:SweepIntervalSeconds=1");

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _service.VerifyLedgerAsync();
        await _service.DisposeAsync();
    }

    // The upstream says 1000 prompt tokens of which 400 are cached, and 500 completion tokens of which 300 are reasoning:
    // 600 × 0.002 + 400 × 0.0005 + 500 × 0.008 = 5.4 credits.
    [TestCase("balanced", "enterprise", "5.4")]
    [TestCase("eco", "enterprise", "2.7")]
    [TestCase("precision", "enterprise", "10.8")]
    [TestCase("balanced", "professional", "5.94")]
    [TestCase("eco", "starter", "3.24")]
    [TestCase("precision", "starter", "12.96")]
    public async Task Call_ByPowerAndTier_CostsWhatWasWorkedOutByHand(string power, string tier, string credits)
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Json(200, Answer(
            """{"prompt_tokens":1000,"completion_tokens":500,"total_tokens":1500,"prompt_tokens_details":{"cached_tokens":400},"completion_tokens_details":{"reasoning_tokens":300}}""")));
        var model = await _service.CreateModelAsync(upstream);
        var tenant = await _service.CreateTenantAsync(100, tier);

        using var answer = await tenant.CallAsync(model, new { power_level = power });

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(Header(answer, "X-Cost-Incurred"), Is.EqualTo(decimal.Parse(credits)));
        Assert.That(Header(answer, "X-Credits-Remaining"), Is.EqualTo(100 - decimal.Parse(credits)));
        Assert.That(await tenant.UsedAsync(), Is.EqualTo(decimal.Parse(credits)));
        var body = await answer.JsonAsync();
        Assert.That(body.GetProperty("model").GetString(), Is.EqualTo(model));
        Assert.That(body.GetProperty("usage").GetProperty("prompt_tokens_details").GetProperty("cached_tokens").GetInt32(), Is.EqualTo(400));
        Assert.That(upstream.Received.Single().Body, Does.Not.Contain("power_level"));
    }

    [Test]
    public async Task Call_WhenNoUsageIsReported_IsChargedByEstimate()
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Json(200, Answer(null)));
        var model = await _service.CreateModelAsync(upstream);
        var tenant = await _service.CreateTenantAsync(100);

        using var answer = await tenant.CallAsync(model);

        // The messages are 32 bytes and so 8 tokens, "hello" is 2: 8 × 0.002 + 2 × 0.008
        Assert.That(Header(answer, "X-Cost-Incurred"), Is.EqualTo(0.032m));
    }

    [Test]
    public async Task Stream_CutAfterSomeChunks_IsChargedForWhatWasDelivered()
    {
        var delivered = new TaskCompletionSource();
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Stream(
            StreamEnd.Cut, delivered, UpstreamScript.Text("12345678"), UpstreamScript.Text("12345678"), UpstreamScript.Text("12345678")));
        var model = await _service.CreateModelAsync(upstream);
        var tenant = await _service.CreateTenantAsync(100);

        using var answer = await tenant.StreamAsync(model);
        var read = await answer.ReadUntilAsync("12345678", times: 3);
        delivered.SetResult();
        Assert.That(read + await answer.ReadToEndAsync(), Does.Contain("\"code\":\"upstream_stream_cut\"").And.Not.Contain("[DONE]"));

        // 8 prompt tokens, and 24 bytes delivered are 6 tokens: 8 × 0.002 + 6 × 0.008
        Assert.That(await tenant.UsedAsync(), Is.EqualTo(0.064m));
    }

    [Test]
    public async Task Stream_ThatEndsWell_TellsItsPriceInACommentBeforeTheEnd()
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Stream(
            UpstreamScript.Text("hello"), UpstreamScript.Finish(), UpstreamScript.Usage(100, 50), UpstreamScript.Done));
        var model = await _service.CreateModelAsync(upstream);
        var tenant = await _service.CreateTenantAsync(100);

        using var answer = await tenant.StreamAsync(model, new { stream_options = new { include_usage = true } });
        var text = await answer.ReadToEndAsync();

        // 100 × 0.002 + 50 × 0.008
        Assert.That(text, Does.Contain(": X-Cost-Incurred: 0.600\n: X-Credits-Remaining: 99.400\n\ndata: [DONE]"));
        Assert.That(text, Does.Contain($"\"model\":\"{model}\"").And.Contain("\"prompt_tokens\":100"));
        Assert.That(await tenant.UsedAsync(), Is.EqualTo(0.6m));
    }

    [Test]
    public async Task Stream_WhenTheCreditsRunOut_EndsInGoodOrderAndIsChargedForWhatWasHandedOut()
    {
        // The prompt's 8 tokens and 1,024 of output are held: 8.208 credits. Each piece is 2,000 tokens and so 16 credits.
        var piece = UpstreamScript.Text(new string('x', 8000));
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Stream(StreamEnd.Hang, null, piece, piece, piece, piece));
        var model = await _service.CreateModelAsync(upstream);
        var tenant = await _service.CreateTenantAsync(40);

        using var answer = await tenant.StreamAsync(model);
        var text = await answer.ReadToEndAsync();

        Assert.That(text, Does.Contain("\"finish_reason\":\"length\"").And.Contain("credits are used up").And.EndsWith("data: [DONE]\n\n"));
        var credits = await tenant.CreditsAsync();
        Assert.That(text.Count(letter => letter == 'x'), Is.InRange(16_000, 16_100), "two pieces");
        Assert.That(credits.GetProperty("credits_used").GetDecimal(), Is.EqualTo(32.016m), "the prompt and the two pieces that were handed out");
        Assert.That(credits.GetProperty("credits_reserved").GetDecimal(), Is.Zero);
        Assert.That(await CallColumnAsync(tenant, "credits_written_off"), Is.Zero);
    }

    [Test]
    public async Task Calls_WhenTwoHundredRaceForAWalletThatPaysForForty_NeverOvershoot()
    {
        // 32 bytes of messages are 8 tokens: each call holds and costs 8 × 0.002 + 4 × 0.008 = 0.048 credits.
        await using var upstream = await FakeUpstream.StartAsync(
            UpstreamScript.Json(200, Answer("""{"prompt_tokens":8,"completion_tokens":4,"total_tokens":12}""")).After(TimeSpan.FromMilliseconds(100)));
        var model = await _service.CreateModelAsync(upstream);
        var tenant = await _service.CreateTenantAsync(40 * 0.048m);

        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => tenant.CallAsync(model, new { max_tokens = 4 })));

        Assert.That(answers.Count(answer => answer.StatusCode == HttpStatusCode.OK), Is.EqualTo(40));
        Assert.That(answers.Count(answer => answer.StatusCode == HttpStatusCode.PaymentRequired), Is.EqualTo(160));
        Assert.That(upstream.Received, Has.Count.EqualTo(40));
        var charged = answers.Where(answer => answer.IsSuccessStatusCode).Sum(answer => Header(answer, "X-Cost-Incurred"));
        Assert.That(charged, Is.EqualTo(1.92m));
        Assert.That(await tenant.UsedAsync(), Is.EqualTo(charged));
        Assert.That(answers.Where(answer => answer.IsSuccessStatusCode).Select(answer => Header(answer, "X-Credits-Remaining")), Is.All.GreaterThanOrEqualTo(0));
        var refusal = (await answers.First(answer => !answer.IsSuccessStatusCode).JsonAsync()).GetProperty("error");
        Assert.That(refusal.GetProperty("type").GetString(), Is.EqualTo("insufficient_credits"));
        Assert.That(refusal.GetProperty("code").GetString(), Is.EqualTo("payment_required"));
        Assert.That(refusal.GetProperty("message").GetString(), Does.Match(@"^Insufficient organization credits\. Available: \d+\.\d{3,6}, needed: 0\.048$"));
        await _service.VerifyLedgerAsync();
    }

    [Test]
    public async Task Call_ThatCostsMoreThanItHeldAndTheWalletHas_LeavesTheRestToTheOperator()
    {
        // Holds 0.048 credits and costs 1,000 × 0.002 + 1,000 × 0.008 = 10.
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Json(200, Answer("""{"prompt_tokens":1000,"completion_tokens":1000,"total_tokens":2000}""")));
        var model = await _service.CreateModelAsync(upstream);
        var tenant = await _service.CreateTenantAsync(4);

        using var answer = await tenant.CallAsync(model, new { max_tokens = 4 });

        Assert.That(Header(answer, "X-Cost-Incurred"), Is.EqualTo(10));
        Assert.That(Header(answer, "X-Credits-Remaining"), Is.Zero);
        Assert.That(await tenant.UsedAsync(), Is.EqualTo(4));
        Assert.That(await CallColumnAsync(tenant, "credits_written_off"), Is.EqualTo(6));
    }

    [Test]
    public async Task Call_ThatNoUpstreamAnswers_CostsNothingAndHoldsNothing()
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Error(500));
        var model = await _service.CreateModelAsync(upstream);
        var tenant = await _service.CreateTenantAsync(40);

        using var answer = await tenant.CallAsync(model);

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.BadGateway));
        var credits = await tenant.CreditsAsync();
        Assert.That(credits.GetProperty("credits_available").GetDecimal(), Is.EqualTo(40));
        Assert.That(await CallColumnAsync(tenant, "credits"), Is.Zero);
    }

    [Test]
    public async Task StrictHold_WhenTheBalanceIsLow_ShortensTheAnswerToWhatItPays()
    {
        // After 8 × 0.002 for the prompt, 0.984 credits pay for 123 tokens at 0.008.
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Good());
        var model = await _service.CreateModelAsync(upstream, its => its.MaxOutputTokens = 4096);
        var tenant = await _service.CreateTenantAsync(1);
        await _service.ExecuteAsync($"update credit_accounts set hold_policy = 'strict' where organization_id = '{tenant.OrganizationId}'");

        using var answer = await tenant.CallAsync(model);

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(upstream.Received.Single().Body, Does.Contain("\"max_tokens\":123"));
    }

    [Test]
    public async Task Hold_OfAProcessThatDied_IsReleasedAndItsCallGoesOnRecord()
    {
        var tenant = await _service.CreateTenantAsync(10);
        await tenant.CreditsAsync();
        await _service.ExecuteAsync(
            $"""
            with wallet as (
                update credit_accounts
                set reserved = 3
                where organization_id = '{tenant.OrganizationId}'
                returning account_id
            ),
            lost as (
                insert into call_holds (
                    call_id, account_id, credits, organization_id, user_id, operation, model, streamed, prompt_tokens, estimated_cost_usd, created_at, expires_at)
                select gen_random_uuid(), account_id, 3, '{tenant.OrganizationId}', '{tenant.UserId}', 'chat', 'm', false, 12, 0.003, now(), now() - interval '1 second'
                from wallet
                returning call_id, account_id
            )
            insert into credit_transfers (transfer_id, account_id, debit, credit, amount, kind, call_id, balance_after)
            select gen_random_uuid(), account_id, 'available', 'held', 3, 'reservation', call_id, 7
            from lost
            """);

        await Eventually.IsTrueAsync(async () => (await tenant.CreditsAsync()).GetProperty("credits_reserved").GetDecimal() == 0);

        Assert.That((await tenant.CreditsAsync()).GetProperty("credits_available").GetDecimal(), Is.EqualTo(10));
        Assert.That(await CallColumnAsync(tenant, "estimated_cost_usd"), Is.EqualTo(0.003m));
        var usage = await tenant.Client.GetOkAsync("/v1/usage");
        Assert.That(usage.GetProperty("failed_requests").GetInt32(), Is.EqualTo(1));
    }

    private static string Answer(string? usage) =>
        """{"id":"up-1","object":"chat.completion","created":1,"model":"secret-model","choices":[{"index":0,"message":{"role":"assistant","content":"hello"},"finish_reason":"stop"}]"""
        + (usage is null ? "}" : $",\"usage\":{usage}}}");

    private static decimal Header(HttpResponseMessage answer, string name) =>
        decimal.Parse(answer.Headers.GetValues(name).Single(), CultureInfo.InvariantCulture);

    private async Task<decimal> CallColumnAsync(Tenant tenant, string column)
    {
        await using var connection = new NpgsqlConnection(_service.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"select {column} from llm_calls where organization_id = '{tenant.OrganizationId}'", connection);
        return (decimal)(await command.ExecuteScalarAsync())!;
    }
}
