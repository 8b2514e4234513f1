using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text;
using System.Text.Json;
using OpenAI;
using OpenAI.Chat;

namespace SaasLlm.Api.Tests.Clients;

/// <summary>OpenAI's own client for .NET.</summary>
internal sealed class OpenAiDotNetTests : ClientTests
{
    private const string Weather =
        """{"type":"object","properties":{"city":{"type":"string"},"days":{"type":"integer","minimum":1}},"required":["city","days"],"additionalProperties":false}""";

    private static readonly ChatTool WeatherTool = ChatTool.CreateFunctionTool("get_weather", "Weather of a city", BinaryData.FromString(Weather));

    [Test]
    public async Task CompleteChat_WhenPlain_GivesTextAndUsage()
    {
        ChatCompletion answer = await Chat().CompleteChatAsync(new UserChatMessage("hello"));

        Assert.That(answer.Content[0].Text, Does.Contain("hello"));
        Assert.That(answer.Model, Is.EqualTo(ChatModel));
        Assert.That(answer.FinishReason, Is.EqualTo(ChatFinishReason.Stop));
        Assert.That(answer.Usage.TotalTokenCount, Is.EqualTo(answer.Usage.InputTokenCount + answer.Usage.OutputTokenCount).And.Positive);
    }

    [Test]
    public async Task CompleteChatStreaming_ToItsEnd_GivesTextAndUsage()
    {
        var text = new StringBuilder();
        ChatTokenUsage? usage = null;
        ChatFinishReason? reason = null;

        await foreach (var update in Chat().CompleteChatStreamingAsync(new UserChatMessage("hello")))
        {
            foreach (var part in update.ContentUpdate)
                text.Append(part.Text);
            usage ??= update.Usage;
            reason ??= update.FinishReason;
        }

        Assert.That(text.ToString(), Does.Contain("hello"));
        Assert.That(usage?.TotalTokenCount, Is.Positive);
        Assert.That(reason, Is.EqualTo(ChatFinishReason.Stop));
    }

    [Test]
    public async Task CompleteChat_WithATool_MakesTheRoundTrip()
    {
        List<ChatMessage> messages = [new UserChatMessage("What is the weather in Paris? [[sandbox:tool]]")];
        var options = new ChatCompletionOptions { Tools = { WeatherTool } };

        ChatCompletion asked = await Chat().CompleteChatAsync(messages, options);
        Assert.That(asked.FinishReason, Is.EqualTo(ChatFinishReason.ToolCalls));
        AssertWeather(asked.ToolCalls[0].FunctionArguments.ToString());
        messages.Add(new AssistantChatMessage(asked));
        messages.Add(new ToolChatMessage(asked.ToolCalls[0].Id, "sunny"));
        ChatCompletion answer = await Chat().CompleteChatAsync(messages, options);

        Assert.That(answer.Content[0].Text, Does.Contain("The tool has answered"));
    }

    [Test]
    public async Task CompleteChat_WithAJsonSchema_GivesWhatFitsIt()
    {
        var format = ChatResponseFormat.CreateJsonSchemaFormat("weather", BinaryData.FromString(Weather), jsonSchemaIsStrict: true);

        ChatCompletion answer = await Chat().CompleteChatAsync([new UserChatMessage("hello")], new ChatCompletionOptions { ResponseFormat = format });

        AssertWeather(answer.Content[0].Text);
    }

    [Test]
    public async Task GenerateEmbeddings_OfTwoTexts_GivesTwoVectors()
    {
        var answer = await Connect().GetEmbeddingClient(EmbeddingModel).GenerateEmbeddingsAsync(["one", "two"]);

        Assert.That(answer.Value, Has.Count.EqualTo(2));
        Assert.That(answer.Value[0].ToFloats().Length, Is.Positive);
        Assert.That(answer.Value.Usage.TotalTokenCount, Is.Positive);
    }

    [Test]
    public async Task GenerateImages_OfTwo_GivesTwoPictures()
    {
        var answer = await Connect().GetImageClient(ImageModel).GenerateImagesAsync("a cat", 2);

        Assert.That(answer.Value, Has.Count.EqualTo(2));
        Assert.That(answer.Value[0].ImageBytes.ToArray().AsSpan(1, 3).ToArray(), Is.EqualTo("PNG"u8.ToArray()));
    }

    [Test]
    public async Task GetModels_ForAUser_ListsThem()
    {
        var client = Connect().GetOpenAIModelClient();

        Assert.That((await client.GetModelsAsync()).Value.Select(model => model.Id), Does.Contain(ChatModel));
        Assert.That((await client.GetModelAsync(ChatModel)).Value.Id, Is.EqualTo(ChatModel));
    }

    [Test]
    public async Task CompleteChat_WhenRefused_ThrowsWithTheStatus()
    {
        await AssertRefusedAsync(401, Chat(key: "sk-wrong"));
        await AssertRefusedAsync(404, Chat("unknown"));
        await AssertRefusedAsync(400, Chat(), new ChatCompletionOptions { Temperature = 3 });
        await AssertRefusedAsync(402, Chat(key: PoorKey));
        await AssertRefusedAsync(429, Chat(key: LimitedKey), calls: 2);
    }

    [Test]
    public async Task CompleteChatStreaming_WhenAborted_LeavesTheCallOnRecord()
    {
        using var leaving = new CancellationTokenSource();
        var stream = Chat().CompleteChatStreamingAsync([new UserChatMessage("Tell me a story. [[sandbox:pace 200ms]]")], cancellationToken: leaving.Token);

        Assert.That(
            async () =>
            {
                await foreach (var update in stream)
                {
                    if (update.ContentUpdate.Count > 0)
                        await leaving.CancelAsync();
                }
            },
            Throws.InstanceOf<OperationCanceledException>());

        await AbortedCallIsRecordedAsync();
    }

    private OpenAIClient Connect(string? key = null) => new(
        new ApiKeyCredential(key ?? Key),
        new OpenAIClientOptions { Endpoint = new Uri(Service.Address, "v1"), RetryPolicy = new ClientRetryPolicy(maxRetries: 0) });

    private ChatClient Chat(string model = ChatModel, string? key = null) => Connect(key).GetChatClient(model);

    private static async Task AssertRefusedAsync(int status, ChatClient client, ChatCompletionOptions? options = null, int calls = 1)
    {
        try
        {
            for (var call = 0; call < calls; call++)
                await client.CompleteChatAsync([new UserChatMessage("hello")], options);
            Assert.Fail($"It was not refused with {status}.");
        }
        catch (ClientResultException refusal)
        {
            Assert.That(refusal.Status, Is.EqualTo(status), refusal.Message);
        }
    }

    private static void AssertWeather(string json)
    {
        var weather = JsonElement.Parse(json);
        Assert.That(weather.GetProperty("city").ValueKind, Is.EqualTo(JsonValueKind.String));
        Assert.That(weather.GetProperty("days").GetInt32(), Is.Positive);
    }
}
